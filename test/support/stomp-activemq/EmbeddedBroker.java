import java.nio.file.Path;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.TransportConnector;

/** ActiveMQ's broker in memory, with STOMP on a free port of this machine, which it prints. */
public class EmbeddedBroker {
  public static void main(String[] arguments) throws Exception {
    BrokerService broker = new BrokerService();
    broker.setPersistent(false);
    broker.setUseJmx(false);
    broker.setDataDirectoryFile(Path.of(arguments[0]).toFile());
    TransportConnector stomp = broker.addConnector("stomp://127.0.0.1:0");
    broker.start();
    broker.waitUntilStarted();
    System.out.println("stomp port " + stomp.getConnectUri().getPort());
    broker.waitUntilStopped();
  }
}
