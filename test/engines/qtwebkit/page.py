# page.py URL: shows a page in QtWebKit and ends with 0 when its title is `done`.
import os
import sys

from PyQt5.QtCore import QUrl
from PyQt5.QtWebKitWidgets import QWebPage
from PyQt5.QtWidgets import QApplication


def end(code):
    sys.stdout.flush()
    os._exit(code)  # Qt's own end crashes now and then.


class Page(QWebPage):
    def javaScriptConsoleMessage(self, message, line, source):
        print(message, flush=True)


application = QApplication(sys.argv)
page = Page()
frame = page.mainFrame()
frame.titleChanged.connect(lambda title: title == 'done' and end(0))
# Not the page's signal: a frame within that is taken away has not loaded either.
frame.loadFinished.connect(lambda loaded: loaded or end(1))
frame.load(QUrl(sys.argv[1]))
application.exec_()
