import com.gargoylesoftware.htmlunit.Page;
import com.gargoylesoftware.htmlunit.WebClient;
import com.gargoylesoftware.htmlunit.WebRequest;
import com.gargoylesoftware.htmlunit.WebResponse;
import com.gargoylesoftware.htmlunit.WebWindow;
import com.gargoylesoftware.htmlunit.javascript.JavaScriptEngine;
import com.gargoylesoftware.htmlunit.javascript.PostponedAction;
import com.gargoylesoftware.htmlunit.javascript.background.BackgroundJavaScriptFactory;
import com.gargoylesoftware.htmlunit.javascript.background.DefaultJavaScriptExecutor;
import com.gargoylesoftware.htmlunit.javascript.background.JavaScriptJob;
import com.gargoylesoftware.htmlunit.javascript.background.JavaScriptJobManager;
import com.gargoylesoftware.htmlunit.util.WebConnectionWrapper;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

/**
 * HtmlUnit's own loop waits for every request, asynchronous or not: a page could send nothing and
 * no timer would run while a poll is open. Here the thread that begins to wait hands the loop over
 * to a new one, and takes its turn again when the answer is there. One thread has its turn at a
 * time. Elements with addresses that a script has put in are loaded side by side, too: in HtmlUnit
 * one after the other, before anything else runs. No more requests are under way to a host than the
 * browser has connections to one.
 */
final class EventLoop extends DefaultJavaScriptExecutor {
  /** Milliseconds between looks for a job that is due. */
  private static final long LOOK = 5;

  private final WebClient client;
  private final int connections;
  private final Map<String, Semaphore> hosts = new ConcurrentHashMap<>();
  private final ReentrantLock turn = new ReentrantLock(true);
  private volatile Thread current;

  EventLoop(WebClient client, int connections) {
    super(client);
    this.client = client;
    this.connections = connections;
    client.setJavaScriptEngine(new JavaScriptEngine(client) {
      @Override
      public void addPostponedAction(PostponedAction action) {
        WebWindow window = client.getTopLevelWindows().get(0);
        JavaScriptJob job = BackgroundJavaScriptFactory.theFactory().createJavaScriptJob(0, null, () -> load(action));
        window.getJobManager().addJob(job, window.getEnclosedPage());
      }
    });
    new WebConnectionWrapper(client) {
      @Override
      public WebResponse getResponse(WebRequest request) throws IOException {
        if (!turn.isHeldByCurrentThread() || inScript()) return ask(request);
        if (current == Thread.currentThread()) handOver();
        turn.unlock();
        try {
          return ask(request);
        } finally {
          turn.lock();
        }
      }

      private WebResponse ask(WebRequest request) throws IOException {
        Semaphore host = hosts.computeIfAbsent(request.getUrl().getAuthority(), name -> new Semaphore(connections, true));
        host.acquireUninterruptibly();
        try {
          return super.getResponse(request);
        } finally {
          host.release();
        }
      }
    };
  }

  private static void load(PostponedAction action) {
    try {
      action.execute();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Loads a page, whose first scripts run in this thread. */
  <P extends Page> P open(String url) throws IOException {
    turn.lock();
    try {
      return client.getPage(url);
    } finally {
      turn.unlock();
    }
  }

  @Override
  protected void startThreadIfNeeded() {
    if (current == null) handOver();
  }

  private void handOver() {
    current = new Thread(this, "event loop");
    current.setDaemon(true);
    current.start();
  }

  @Override
  public void run() {
    turn.lock();
    try {
      while (current == Thread.currentThread()) {
        if (!runJob()) rest();
      }
    } finally {
      turn.unlock();
    }
  }

  private boolean runJob() {
    JavaScriptJobManager manager = getJobManagerWithEarliestJob();
    JavaScriptJob job = manager == null ? null : manager.getEarliestJob();
    boolean due = job != null && job.getTargetExecutionTime() <= System.currentTimeMillis();
    return due && manager.runSingleJob(job);
  }

  private void rest() {
    turn.unlock();
    try {
      Thread.sleep(LOOK);
    } catch (InterruptedException e) {
      current = null;
    } finally {
      turn.lock();
    }
  }

  /**
   * Whether a script of some page waits for this very request: a form's, or a synchronous one.
   * Nothing else may run then.
   */
  private boolean inScript() {
    for (WebWindow window : client.getWebWindows()) {
      if (window.getEnclosedPage() != null && Thread.holdsLock(window.getEnclosedPage())) return true;
    }
    return false;
  }
}
