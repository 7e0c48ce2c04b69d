// Mochi MQTT until it is told to end: mochi CONFIGURATION, a JSON file. On the listener "login" only
// "user" with the password "secret" may enter, on the others all may.
package main

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
)

type configuration struct {
	Ports       map[string]int // of 127.0.0.1, by the name of the listener
	Certificate string
	Key         string
}

// The listener "limited" takes less than the others, and so belongs to a server of its own.
const (
	limited          = "limited"
	limitedKeepAlive = 30 // seconds
)

type doorkeeper struct{ mqtt.HookBase }

func (*doorkeeper) ID() string { return "doorkeeper" }

func (*doorkeeper) Provides(event byte) bool {
	return event == mqtt.OnConnect || event == mqtt.OnConnectAuthenticate || event == mqtt.OnACLCheck
}

func (*doorkeeper) OnConnect(client *mqtt.Client, _ packets.Packet) error {
	if client.Net.Listener == limited {
		client.State.Keepalive = min(client.State.Keepalive, limitedKeepAlive)
		client.State.ServerKeepalive = true
	}
	return nil
}

func (*doorkeeper) OnConnectAuthenticate(client *mqtt.Client, packet packets.Packet) bool {
	return client.Net.Listener != "login" ||
		string(packet.Connect.Username) == "user" && string(packet.Connect.Password) == "secret"
}

func (*doorkeeper) OnACLCheck(*mqtt.Client, string, bool) bool { return true }

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func read(file string) (settings configuration) {
	bytes, err := os.ReadFile(file)
	must(err)
	must(json.Unmarshal(bytes, &settings))
	return settings
}

func newServer() *mqtt.Server {
	server := mqtt.New(&mqtt.Options{Capabilities: mqtt.NewDefaultServerCapabilities(), SysTopicResendInterval: 1})
	must(server.AddHook(new(doorkeeper), nil))
	return server
}

func limit(capabilities *mqtt.Capabilities) {
	capabilities.ReceiveMaximum = 1
	capabilities.MaximumQos = 1
	capabilities.RetainAvailable = 0
	capabilities.MaximumPacketSize = 1000
}

func newListener(name string, port int, secure *tls.Config) listeners.Listener {
	config := listeners.Config{ID: name, Address: fmt.Sprintf("127.0.0.1:%d", port)}
	if name == "tls" || name == "wss" {
		config.TLSConfig = secure
	}
	if name == "ws" || name == "wss" {
		return listeners.NewWebsocket(config)
	}
	return listeners.NewTCP(config)
}

func main() {
	if len(os.Args) == 1 {
		fmt.Println(mqtt.Version)
		return
	}
	settings := read(os.Args[1])
	certificate, err := tls.LoadX509KeyPair(settings.Certificate, settings.Key)
	must(err)
	secure := &tls.Config{Certificates: []tls.Certificate{certificate}}

	server, small := newServer(), newServer()
	limit(small.Options.Capabilities)
	for name, port := range settings.Ports {
		owner := server
		if name == limited {
			owner = small
		}
		must(owner.AddListener(newListener(name, port, secure)))
	}
	must(server.Serve())
	must(small.Serve())

	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	<-ended
	must(server.Close())
	must(small.Close())
}
