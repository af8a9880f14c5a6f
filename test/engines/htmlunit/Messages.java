import com.gargoylesoftware.htmlunit.BrowserVersion;
import com.gargoylesoftware.htmlunit.javascript.JavaScriptEngine;
import com.gargoylesoftware.htmlunit.javascript.configuration.ClassConfiguration;
import com.gargoylesoftware.htmlunit.javascript.configuration.JavaScriptConfiguration;
import com.gargoylesoftware.htmlunit.javascript.host.MessageEvent;
import com.gargoylesoftware.htmlunit.javascript.host.Window;
import java.net.URL;
import java.util.Stack;
import net.sourceforge.htmlunit.corejs.javascript.Context;
import net.sourceforge.htmlunit.corejs.javascript.Function;
import net.sourceforge.htmlunit.corejs.javascript.Scriptable;
import net.sourceforge.htmlunit.corejs.javascript.ScriptableObject;

/**
 * `postMessage` between windows: HtmlUnit's own delivers to whatever origin, and its events have
 * neither `origin` nor `source`.
 */
public final class Messages {
  /** In IE 6 and 7 there is none. */
  static void install(BrowserVersion version) throws NoSuchMethodException {
    ClassConfiguration window = JavaScriptConfiguration.getInstance(version).getClassConfiguration("Window");
    if (!window.functionKeys().contains("postMessage")) return;
    window.addFunction(Messages.class.getMethod("postMessage", Context.class, Scriptable.class, Object[].class, Function.class));
  }

  /**
   * Delivers within the call, as IE 8 does. HtmlUnit's document and its window have the event both.
   */
  public static void postMessage(Context context, Scriptable self, Object[] given, Function called) {
    Window target = (Window) self;
    String wanted = Context.toString(given[1]);
    if (!wanted.equals("*") && !wanted.equals(originOf(target))) return;
    // Where the script that runs began.
    Stack<?> scopes = (Stack<?>) context.getThreadLocal(JavaScriptEngine.KEY_STARTING_SCOPE);
    Window source = (Window) ScriptableObject.getTopLevelScope((Scriptable) scopes.peek());
    MessageEvent event = new MessageEvent(Context.toString(given[0]));
    event.setParentScope(target);
    event.setPrototype(target.getPrototype(MessageEvent.class));
    event.defineProperty("origin", originOf(source), ScriptableObject.READONLY);
    event.defineProperty("source", Window.getProxy(source.getWebWindow()), ScriptableObject.READONLY);
    target.dispatchEvent(event);
  }

  private static String originOf(Window window) {
    URL url = window.getWebWindow().getEnclosedPage().getUrl();
    return url.getProtocol() + "://" + url.getAuthority();
  }
}
