# A small application of Rails with Action Cable, in one file. CLIENTS is a folder that has the
# scripts of its clients.
require 'action_controller/railtie'
require 'action_cable/engine'

class Chat < Rails::Application
  config.eager_load = false
  config.consider_all_requests_local = true
  config.secret_key_base = 'only for tests'
  config.hosts.clear
  config.logger = Logger.new($stdout, level: Logger::WARN)
  config.action_cable.cable = { 'adapter' => 'async' }
  config.action_cable.disable_request_forgery_protection = false
  config.action_cable.allow_same_origin_as_host = true
  # Only the origin of the page that the browser shows.
  config.action_cable.allowed_request_origins = []
end

module ApplicationCable
  class Connection < ActionCable::Connection::Base
    identified_by :name

    def connect
      self.name = cookies[:name] || reject_unauthorized_connection
    end
  end

  class Channel < ActionCable::Channel::Base
  end
end

class ChatChannel < ApplicationCable::Channel
  def subscribed
    stream_from "chat #{params[:room]}"
  end

  def speak(data)
    ActionCable.server.broadcast("chat #{params[:room]}", { text: "#{name}: #{data['text']}" })
  end
end

class ClosedChannel < ApplicationCable::Channel
  def subscribed
    reject
  end
end

class PagesController < ActionController::Base
  def show
    cookies[:name] = 'Anna'
    render inline: <<~PAGE, content_type: 'text/html'
      <!DOCTYPE html>
      <html>
      <head><title>chat</title></head>
      <body>
      <ul id="messages"></ul>
      <script src="/clients/<%= params[:client] %>.js"></script>
      <script>
        var consumer = ActionCable.createConsumer();
        var show = function (text) {
          document.getElementById('messages').appendChild(document.createElement('li')).textContent = text;
        };
        var chat = consumer.subscriptions.create({ channel: 'ChatChannel', room: 'main' }, {
          connected: function () { show('connected'); this.perform('speak', { text: 'Grüße' }); },
          received: function (data) { show(data.text); },
          disconnected: function () { show('disconnected'); }
        });
        consumer.subscriptions.create('ClosedChannel', {
          rejected: function () { show('rejected'); }
        });
      </script>
      </body>
      </html>
    PAGE
  end

  def client
    send_file File.join(ENV.fetch('CLIENTS'), CLIENTS.fetch(params[:client])), type: 'text/javascript', disposition: 'inline'
  end

  CLIENTS = {
    '5' => 'actioncable/lib/assets/compiled/action_cable.js',
    '6' => '@rails/actioncable-6/app/assets/javascripts/action_cable.js',
    '8' => '@rails/actioncable/app/assets/javascripts/actioncable.js'
  }.freeze
end

Chat.initialize!
Chat.routes.draw do
  mount ActionCable.server => '/cable'
  get '/chat/:client', to: 'pages#show'
  get '/clients/:client.js', to: 'pages#client'
end

run Chat
