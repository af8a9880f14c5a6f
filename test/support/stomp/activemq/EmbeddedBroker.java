import java.nio.file.Path;
import org.apache.activemq.broker.BrokerService;

/**
 * ActiveMQ's broker in memory, with STOMP on a port of this machine. The arguments are its folder
 * and the port.
 */
public class EmbeddedBroker {
  public static void main(String[] arguments) throws Exception {
    BrokerService broker = new BrokerService();
    broker.setPersistent(false);
    broker.setUseJmx(false);
    broker.setDataDirectoryFile(Path.of(arguments[0]).toFile());
    // Its default allows heart-beats no margin, and stompjs sends one at the end of the interval.
    broker.addConnector("stomp://127.0.0.1:" + arguments[1] + "?transport.hbGracePeriodMultiplier=3");
    broker.start();
    broker.waitUntilStarted();
    System.out.println("STOMP is served");
    broker.waitUntilStopped();
  }
}
