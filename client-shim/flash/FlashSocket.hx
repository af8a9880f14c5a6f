import flash.Lib;
import flash.events.Event;
import flash.events.IOErrorEvent;
import flash.events.ProgressEvent;
import flash.events.SecurityErrorEvent;
import flash.external.ExternalInterface;
import flash.net.Socket;
import flash.net.URLLoader;
import flash.net.URLRequest;
import flash.system.Security;
import haxe.crypto.Base64;
import haxe.io.Bytes;

/**
	TCP connections for the script beside it (`flash-socket.js`), to one place only: the host and port
	that this movie was loaded from. The script decides what goes over them: a WebSocket.

	Script calls `socketOpen(id)`, `socketSend(id, bytes)` and `socketClose(id)`. The movie calls
	`FallbackGatewayFlash.tell(event, id, bytes)`, first with `ready` and its own number, or with
	`refused` if it cannot be used. Bytes are base64: players hand text to a page as script, in which
	some characters would end it, and they lose NUL. The movie takes nothing but that number from the
	page that embeds it: an embedding page could otherwise run script in our name, or send us elsewhere.
**/
class FlashSocket {
	static final sockets = new Map<Int, Socket>();
	static var host:String;
	static var port:Int;

	static function main() {
		var address = ~/^http:\/\/(\[[0-9a-fA-F:.]+\]|[^\/:?#@]+)(?::(\d+))?(\/[^?#]*\/)/;
		// From https there is no way to a socket without TLS, and a movie from a file has no origin.
		if (!ExternalInterface.available || !address.match(Lib.current.loaderInfo.url)) return;
		host = address.matched(1);
		port = address.matched(2) == null ? 80 : Std.parseInt(address.matched(2));
		askForPages(address.matched(0) + "flash-origins");
	}

	/** Pages of our own host may always call; the gateway says which others may. **/
	static function askForPages(url:String) {
		// Null for anything that is no number.
		var given:Null<Int> = Std.parseInt(Lib.current.loaderInfo.parameters.movie);
		var number:Int = given == null ? 0 : given;
		var loader = new URLLoader();
		loader.addEventListener(Event.COMPLETE, function(_) {
			for (page in Std.string(loader.data).split("\n"))
				if (page != "") Security.allowDomain(page);
			ExternalInterface.addCallback("socketOpen", open);
			ExternalInterface.addCallback("socketSend", send);
			ExternalInterface.addCallback("socketClose", close);
			tell("ready", number);
		});
		loader.addEventListener(IOErrorEvent.IO_ERROR, function(_) tell("refused", number));
		loader.addEventListener(SecurityErrorEvent.SECURITY_ERROR, function(_) tell("refused", number));
		loader.load(new URLRequest(url));
	}

	static function open(id:Int) {
		var socket = new Socket();
		sockets.set(id, socket);
		socket.addEventListener(Event.CONNECT, function(_) tell("open", id));
		socket.addEventListener(ProgressEvent.SOCKET_DATA, function(_) {
			var bytes = Bytes.alloc(socket.bytesAvailable);
			socket.readBytes(bytes.getData());
			tell("data", id, Base64.encode(bytes));
		});
		socket.addEventListener(Event.CLOSE, function(_) over(id));
		socket.addEventListener(IOErrorEvent.IO_ERROR, function(_) over(id));
		// No policy lets this movie in.
		socket.addEventListener(SecurityErrorEvent.SECURITY_ERROR, function(_) over(id));
		socket.connect(host, port);
	}

	/** False if the connection is over. **/
	static function send(id:Int, bytes:String):Bool {
		var socket = sockets.get(id);
		if (socket == null || !socket.connected) return false;
		socket.writeBytes(Base64.decode(bytes).getData());
		socket.flush();
		return true;
	}

	static function close(id:Int) {
		var socket = sockets.get(id);
		sockets.remove(id);
		// One that was never open throws.
		try socket.close() catch (_:Dynamic) {}
	}

	static function over(id:Int) {
		if (sockets.remove(id)) tell("over", id);
	}

	static function tell(event:String, id:Int, bytes = "") {
		ExternalInterface.call("FallbackGatewayFlash.tell", event, id, bytes);
	}
}
