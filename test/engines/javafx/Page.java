import com.sun.javafx.webkit.WebConsoleListener;
import javafx.animation.Animation;
import javafx.animation.KeyFrame;
import javafx.animation.Timeline;
import javafx.application.Application;
import javafx.concurrent.Worker;
import javafx.scene.Scene;
import javafx.scene.web.WebEngine;
import javafx.scene.web.WebView;
import javafx.stage.Stage;
import javafx.util.Duration;

/** Page URL: shows a page in a WebView and ends with 0 when its title is `done`. */
public class Page extends Application {
  @Override
  public void start(Stage stage) {
    // The console is no part of the public interface.
    WebConsoleListener.setDefaultListener((view, message, line, source) -> System.out.println(message));
    WebView view = new WebView();
    WebEngine engine = view.getEngine();
    stage.setScene(new Scene(view, 800, 600));
    stage.show();
    engine.getLoadWorker().stateProperty().addListener((state, before, now) -> {
      if (now == Worker.State.FAILED) end(1);
    });
    engine.titleProperty().addListener((title, before, now) -> {
      if ("done".equals(now)) end(0);
    });
    engine.load(getParameters().getRaw().get(0));
    // Without an animation the toolkit rests, and timers of the page with it.
    Timeline pulse = new Timeline(new KeyFrame(Duration.millis(50)));
    pulse.setCycleCount(Animation.INDEFINITE);
    pulse.play();
  }

  private static void end(int code) {
    System.out.flush();
    // An orderly exit waits for threads of WebKit's.
    Runtime.getRuntime().halt(code);
  }
}
