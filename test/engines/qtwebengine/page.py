# page.py URL: shows a page in QtWebEngine and ends with 0 when its title is `done`.
import os
import sys

from PyQt5.QtCore import QUrl
from PyQt5.QtWebEngineWidgets import QWebEnginePage, QWebEngineView
from PyQt5.QtWidgets import QApplication


def end(code):
    sys.stdout.flush()
    os._exit(code)  # Qt's own end waits for Chromium's.


class Page(QWebEnginePage):
    def javaScriptConsoleMessage(self, level, message, line, source):
        print(message, flush=True)


application = QApplication(sys.argv)
view = QWebEngineView()
page = Page(view)
view.setPage(page)
view.show()  # What is not shown has slow timers.
page.titleChanged.connect(lambda title: title == 'done' and end(0))
page.load(QUrl(sys.argv[1]))
application.exec_()
