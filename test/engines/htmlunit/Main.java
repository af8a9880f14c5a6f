import com.gargoylesoftware.htmlunit.BrowserVersion;
import com.gargoylesoftware.htmlunit.WebClient;
import com.gargoylesoftware.htmlunit.html.HtmlPage;
import com.gargoylesoftware.htmlunit.javascript.background.BackgroundJavaScriptFactory;
import com.gargoylesoftware.htmlunit.javascript.background.JavaScriptExecutor;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Main BROWSER URL: shows a page in a browser that HtmlUnit emulates (a constant of BrowserVersion) and ends with 0 when its title is `done`. */
public final class Main {
  private static EventLoop loop;

  public static void main(String[] args) throws Exception {
    Logger.getLogger("com.gargoylesoftware.htmlunit").setLevel(Level.SEVERE);
    BackgroundJavaScriptFactory.setFactory(new BackgroundJavaScriptFactory() {
      @Override
      public JavaScriptExecutor createJavaScriptExecutor(WebClient client) {
        return loop;
      }
    });
    WebClient client = new WebClient((BrowserVersion) BrowserVersion.class.getField(args[0]).get(null));
    client.getOptions().setThrowExceptionOnScriptError(false);
    client.getOptions().setThrowExceptionOnFailingStatusCode(false);
    client.setAlertHandler((page, message) -> System.out.println(message));
    // No answer of a poll takes longer.
    client.getOptions().setTimeout(90_000);
    loop = new EventLoop(client);
    HtmlPage page = loop.open(args[1]);
    while (!"done".equals(page.getTitleText())) Thread.sleep(20);
    System.out.flush();
    // An orderly exit waits for requests under way.
    Runtime.getRuntime().halt(0);
  }
}
