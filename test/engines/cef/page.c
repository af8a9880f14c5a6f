// page URL [SWITCH...]: shows a page in the Chromium Embedded Framework and ends with 0 when its
// title is `done`. The wheels that hold libcef.so hold no headers. So it declares itself, of CEF 57
// to 66, what it uses. Structures begin with their size; what is 0 in them is CEF's default.
// Settings are switches.
#include <stdio.h>
#include <string.h>
#include <uchar.h>
#include <unistd.h>

typedef struct { char16_t *text; size_t length; void (*free)(char16_t *); } String;
typedef struct { int count; char **words; } Arguments;
typedef struct { size_t size; char rest[4096]; } Settings;
typedef struct { unsigned x, y, width, height; char rest[256]; } WindowInfo;
typedef struct { size_t size; void (*add)(void *); int (*release)(void *); int (*is_last)(void *); } Counted;

typedef struct {
  Counted base;
  void *address;
  void (*title)(void *self, void *browser, const String *title);
  void *icon, *fullscreen, *tooltip, *status, *console, *rest[16];
} Display;

typedef struct {
  Counted base;
  void *menu, *dialog;
  Display *(*display)(void *self);
  void *rest[32];
} Client;

int cef_version_info(int entry);
int cef_execute_process(const Arguments *, void *app, void *sandbox);
int cef_initialize(const Arguments *, const Settings *, void *app, void *sandbox);
int cef_browser_host_create_browser(const WindowInfo *, Client *, const String *url, const Settings *, void *context);
void cef_run_message_loop(void);
int cef_string_utf8_to_utf16(const char *, size_t, String *);
typedef struct { char *text; size_t length; void (*free)(char *); } Bytes;
int cef_string_utf16_to_utf8(const char16_t *, size_t, Bytes *);

// Everything here lives as long as the program.
static void add(void *self) { (void)self; }
static int release(void *self) { (void)self; return 0; }
static int is_last(void *self) { (void)self; return 0; }

static void end(int code) {
  fflush(stdout);
  _exit(code); // An orderly end waits for every process of the browser's.
}

static void on_title(void *self, void *browser, const String *title) {
  (void)self, (void)browser;
  if (title->length == 4 && memcmp(title->text, u"done", 8) == 0) end(0);
}

static int on_console(void *self, void *browser, const String *message, const String *source, int line) {
  (void)self, (void)browser, (void)source, (void)line;
  Bytes said = {0};
  cef_string_utf16_to_utf8(message->text, message->length, &said);
  puts(said.text ? said.text : "");
  fflush(stdout);
  return 1;
}

static int on_console_of_level(void *self, void *browser, int level, const String *message, const String *source, int line) {
  (void)level;
  return on_console(self, browser, message, source, line);
}

static Display display = {.base = {sizeof display, add, release, is_last}, .title = on_title};
static Display *display_of(void *self) { (void)self; return &display; }
static Client client = {.base = {sizeof client, add, release, is_last}, .display = display_of};

int main(int count, char **words) {
  Arguments arguments = {count, words};
  // Its other processes are this program again.
  int code = cef_execute_process(&arguments, NULL, NULL);
  if (code >= 0) return code;
  // Entry 2 is the version of Chromium.
  display.console = cef_version_info(2) < 64 ? (void *)on_console : (void *)on_console_of_level;
  if (count < 2) return 2;
  String url = {0};
  // Before it starts: it writes over the words.
  cef_string_utf8_to_utf16(words[1], strlen(words[1]), &url);
  Settings settings = {sizeof settings, {0}};
  if (!cef_initialize(&arguments, &settings, NULL, NULL)) return 2;
  WindowInfo window = {0, 0, 800, 600, {0}};
  if (!cef_browser_host_create_browser(&window, &client, &url, &settings, NULL)) return 2;
  cef_run_message_loop();
  return 1;
}
