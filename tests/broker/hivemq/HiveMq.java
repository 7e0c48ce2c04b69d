import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthInput;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthOutput;
import com.hivemq.extension.sdk.api.client.parameter.Listener;
import com.hivemq.extension.sdk.api.packets.connect.ConnackReasonCode;
import com.hivemq.extension.sdk.api.packets.connect.ConnectPacket;
import com.hivemq.extension.sdk.api.parameter.*;
import com.hivemq.extension.sdk.api.services.Services;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * HiveMQ Community Edition until it is told to end: HiveMq CONF-FOLDER DATA-FOLDER PORT. On the
 * listener with that port only "user" with the password "secret" may enter, on the others all may.
 */
public final class HiveMq {
  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[2]);
    EmbeddedExtension extension =
        EmbeddedExtension.builder()
            .withId("password")
            .withName("password")
            .withVersion("1")
            .withExtensionMain(new Extension(port))
            .build();
    EmbeddedHiveMQ broker =
        EmbeddedHiveMQ.builder()
            .withConfigurationFolder(Path.of(arguments[0]))
            .withDataFolder(Path.of(arguments[1]))
            .withEmbeddedExtension(extension)
            .build();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> broker.stop().join()));
    broker.start().join();
  }

  private record Extension(int port) implements ExtensionMain {
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
      SimpleAuthenticator authenticator = this::decide;
      Services.securityRegistry().setAuthenticatorProvider(ignored -> authenticator);
    }

    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {}

    private void decide(SimpleAuthInput input, SimpleAuthOutput output) {
      int door =
          input.getConnectionInformation().getListener().map(Listener::getPort).orElse(0);
      if (door != port || knows(input.getConnectPacket())) {
        output.authenticateSuccessfully();
      } else {
        output.failAuthentication(ConnackReasonCode.BAD_USER_NAME_OR_PASSWORD, "wrong password");
      }
    }

    private boolean knows(ConnectPacket packet) {
      return packet.getUserName().equals(java.util.Optional.of("user"))
          && packet
              .getPassword()
              .map(it -> StandardCharsets.UTF_8.decode(it).toString().equals("secret"))
              .orElse(false);
    }
  }
}
