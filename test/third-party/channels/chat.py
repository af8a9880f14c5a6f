"""The chat of the tutorial of Django Channels, in one file."""

import json
import os

import django
from channels.auth import AuthMiddlewareStack
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
    INSTALLED_APPS=["daphne", "channels", "django.contrib.auth", "django.contrib.contenttypes"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="only for tests",
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
)
django.setup()

from django.core.asgi import get_asgi_application  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path, re_path  # noqa: E402

PAGE = """<!DOCTYPE html>
<html>
<head><meta charset="utf-8"/><title>Chat Room</title></head>
<body>
<ul id="messages"></ul>
<script>
  var chatSocket = new WebSocket('ws://' + window.location.host + '/ws/chat/lobby/');
  var show = function (text) {
    document.getElementById('messages').appendChild(document.createElement('li')).textContent = text;
  };
  chatSocket.onopen = function () { chatSocket.send(JSON.stringify({ message: 'Grüße' })); };
  chatSocket.onmessage = function (e) { show(JSON.parse(e.data).message); };
  chatSocket.onclose = function (e) { show('closed with ' + e.code); };
</script>
</body>
</html>
"""


class ChatConsumer(AsyncWebsocketConsumer):
    async def connect(self):
        await self.channel_layer.group_add("lobby", self.channel_name)
        await self.accept()

    async def disconnect(self, close_code):
        await self.channel_layer.group_discard("lobby", self.channel_name)

    async def receive(self, text_data):
        message = json.loads(text_data)["message"]
        visits = self.scope["session"].get("visits")
        await self.channel_layer.group_send("lobby", {"type": "chat.message", "message": f"{message}, visit {visits}"})

    async def chat_message(self, event):
        await self.send(text_data=json.dumps({"message": event["message"]}))
        await self.close(code=4123)


def room(request):
    request.session["visits"] = request.session.get("visits", 0) + 1
    return HttpResponse(PAGE)


urlpatterns = [path("chat/lobby/", room)]

application = ProtocolTypeRouter(
    {
        "http": get_asgi_application(),
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter([re_path(r"ws/chat/(?P<room_name>\w+)/$", ChatConsumer.as_asgi())]))
        ),
    }
)
