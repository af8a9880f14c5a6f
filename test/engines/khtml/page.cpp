// page URL: shows a page in KHTML, the engine of Konqueror, and ends with 0 when its title is
// `done`.
#include <QApplication>
#include <QTimer>
#include <QUrl>
#include <cstdlib>
#include <iostream>
#include <khtml_part.h>
#include <khtmlview.h>
#include <kparts/browserextension.h>
#include <kparts/openurlarguments.h>

// The part's destructor waits for its network workers, who have no reason to hurry.
[[noreturn]] static void end(int code)
{
    std::cout.flush();
    std::_Exit(code);
}

class Page : public KHTMLPart
{
public:
    // A part without its parent is of another origin to that one's scripts.
    Page(QWidget *widget, QObject *parent, GUIProfile profile)
        : KHTMLPart(widget, parent, profile)
    {
        setJScriptEnabled(true);
        setJavaEnabled(false);
        setPluginsEnabled(false);
        follow();
    }

protected:
    // A frame would get whatever program the desktop has registered for HTML.
    KParts::ReadOnlyPart *createPart(QWidget *widget, QObject *parent, const QString &type, QString &name, QStringList &services,
                                     const QStringList &) override
    {
        if (!type.isEmpty() && !type.startsWith(QLatin1String("text/")))
            return nullptr;
        name = QStringLiteral("page");
        services = QStringList{QStringLiteral("KParts/ReadOnlyPart"), QStringLiteral("Browser/View")};
        return new Page(widget, parent, DefaultGUI);
    }

private:
    // A part asks the program around it to navigate: for links, forms and `location`, with the name
    // of a frame if it is for one.
    void follow()
    {
        connect(browserExtension(), &KParts::BrowserExtension::openUrlRequestDelayed, this,
                [this](const QUrl &url, const KParts::OpenUrlArguments &arguments, const KParts::BrowserArguments &browser) {
                    KHTMLPart *part = this;
                    static const QStringList here{QString(), QStringLiteral("_self"), QStringLiteral("_top"), QStringLiteral("_parent")};
                    if (!here.contains(browser.frameName))
                        part = qobject_cast<KHTMLPart *>(findFrame(browser.frameName));
                    if (!part)
                        return;
                    part->setArguments(arguments);
                    part->browserExtension()->setBrowserArguments(browser);
                    part->openUrl(url);
                });
    }
};

int main(int count, char **words)
{
    QApplication application(count, words);
    application.setApplicationName(QStringLiteral("page"));
    // A part that goes away must not take the program with it.
    application.setQuitLockEnabled(false);
    application.setQuitOnLastWindowClosed(false);
    if (count != 2)
        return 2;

    auto *page = new Page(nullptr, nullptr, KHTMLPart::BrowserViewGUI);
    page->view()->resize(800, 600);
    page->view()->show();
    QObject::connect(page, &KHTMLPart::setWindowCaption, [](const QString &title) {
        std::cout << "title: " << qPrintable(title) << std::endl;
        if (title == QLatin1String("done"))
            end(0);
    });
    QObject::connect(page, qOverload<const QString &>(&KParts::ReadOnlyPart::canceled), [](const QString &why) {
        if (why.isEmpty())
            return;
        std::cout << qPrintable(why) << std::endl;
        end(1);
    });
    page->openUrl(QUrl(QString::fromLocal8Bit(words[1])));
    return application.exec();
}
