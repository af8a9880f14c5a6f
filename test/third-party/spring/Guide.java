package guide;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Configuration;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.handler.annotation.SendTo;
import org.springframework.messaging.simp.config.MessageBrokerRegistry;
import org.springframework.stereotype.Controller;
import org.springframework.web.socket.config.annotation.EnableWebSocketMessageBroker;
import org.springframework.web.socket.config.annotation.StompEndpointRegistry;
import org.springframework.web.socket.config.annotation.WebSocketMessageBrokerConfigurer;
import org.springframework.web.util.HtmlUtils;

/**
 * The application of Spring's guide "Using WebSocket to build an interactive web application", with
 * both of the endpoints that it has had: with SockJS, and for plain WebSocket.
 */
@SpringBootApplication
public class Guide {
    public static void main(String[] args) {
        SpringApplication.run(Guide.class, args);
    }

    record HelloMessage(String name) {}

    record Greeting(String content) {}

    @Controller
    static class GreetingController {
        @MessageMapping("/hello")
        @SendTo("/topic/greetings")
        Greeting greeting(HelloMessage message) {
            return new Greeting("Hello, " + HtmlUtils.htmlEscape(message.name(), "UTF-8") + "!");
        }
    }

    @Configuration
    @EnableWebSocketMessageBroker
    static class WebSocketConfig implements WebSocketMessageBrokerConfigurer {
        @Override
        public void configureMessageBroker(MessageBrokerRegistry config) {
            config.enableSimpleBroker("/topic");
            config.setApplicationDestinationPrefixes("/app");
        }

        @Override
        public void registerStompEndpoints(StompEndpointRegistry registry) {
            registry.addEndpoint("/gs-guide-websocket").withSockJS();
            registry.addEndpoint("/plain");
            // A page subscribes and sends at once. Without this they may change places.
            registry.setPreserveReceiveOrder(true);
        }
    }
}
