import com.gargoylesoftware.htmlunit.BrowserVersion;
import com.gargoylesoftware.htmlunit.Page;
import com.gargoylesoftware.htmlunit.WebClient;
import com.gargoylesoftware.htmlunit.html.HtmlPage;
import com.gargoylesoftware.htmlunit.javascript.background.BackgroundJavaScriptFactory;
import com.gargoylesoftware.htmlunit.javascript.background.JavaScriptExecutor;
import com.gargoylesoftware.htmlunit.javascript.configuration.ClassConfiguration;
import com.gargoylesoftware.htmlunit.javascript.configuration.JavaScriptConfiguration;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Main BROWSER URL: shows a page in a browser that HtmlUnit emulates (a constant of BrowserVersion)
 * and ends with 0 when its title is `done`.
 */
public final class Main {
  private static EventLoop loop;

  public static void main(String[] args) throws Exception {
    // What it says of every error that a script catches.
    Logger.getLogger("com.gargoylesoftware.htmlunit").setLevel(Level.OFF);
    BackgroundJavaScriptFactory.setFactory(new BackgroundJavaScriptFactory() {
      @Override
      public JavaScriptExecutor createJavaScriptExecutor(WebClient client) {
        return loop;
      }
    });
    BrowserVersion version = (BrowserVersion) BrowserVersion.class.getField(args[0]).get(null);
    withoutLevel2(version);
    Messages.install(version);
    WebClient client = new WebClient(version);
    client.getOptions().setThrowExceptionOnScriptError(false);
    client.getOptions().setThrowExceptionOnFailingStatusCode(false);
    client.setAlertHandler((page, message) -> System.out.println(message));
    // No answer of a poll takes longer.
    client.getOptions().setTimeout(90_000);
    // Microsoft, "Connectivity Enhancements in Internet Explorer 8".
    loop = new EventLoop(client, version.getBrowserVersionNumeric() < 8 ? 2 : 6);
    loop.open(args[1]);
    while (!"done".equals(titleOf(client.getTopLevelWindows().get(0).getEnclosedPage()))) Thread.sleep(20);
    System.out.flush();
    // An orderly exit waits for requests under way.
    Runtime.getRuntime().halt(0);
  }

  /**
   * IE's XMLHttpRequest has `withCredentials`, and goes to other origins, from 10 on. In IE 6 it is
   * an ActiveX object.
   */
  private static void withoutLevel2(BrowserVersion version) {
    ClassConfiguration request = JavaScriptConfiguration.getInstance(version).getClassConfiguration("XMLHttpRequest");
    if (request != null) request.propertyEntries().removeIf(property -> property.getKey().equals("withCredentials"));
  }

  private static String titleOf(Page page) {
    return page instanceof HtmlPage ? ((HtmlPage) page).getTitleText() : "";
  }
}
