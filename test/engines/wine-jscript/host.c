/*
 * host MODE FILE...: runs JScript files under Wine with timers and a message pump, so that the
 * callbacks of MSXML2.XMLHTTP come as they do in Internet Explorer. MODE is 1 (JScript 5.7), 2
 * (5.8), es5 or es6. Scripts see one object, `host`: print, setTimeout, setInterval, clearTimer,
 * quit, env, guard. The exit code is that of quit, 1 after an error nobody caught, 0 if nothing is
 * left to do.
 */
#define COBJMACROS
#define CINTERFACE
#include <initguid.h>
#include <windows.h>
#include <activscp.h>
#include <stdio.h>
#include <stdlib.h>

DEFINE_GUID(CLSID_JScript, 0xf414c260, 0x6ac0, 0x11cf, 0xb6, 0xd1, 0x00, 0xaa, 0x00, 0xbb, 0xbb, 0x58);
static const GUID no_guid;

enum { RUNNING = -1 };
static int exit_code = RUNNING;

static void fail(void)
{
    if (exit_code == RUNNING) exit_code = 1;
}

static void put_line(FILE *file, const WCHAR *text)
{
    int size = WideCharToMultiByte(CP_UTF8, 0, text ? text : L"", -1, 0, 0, 0, 0);
    char *bytes = malloc(size);
    WideCharToMultiByte(CP_UTF8, 0, text ? text : L"", -1, bytes, size, 0, 0);
    fprintf(file, "%s\n", bytes);
    fflush(file);
    free(bytes);
}

/* --- timers --- */

typedef struct Timer {
    int id;               /* 0: cleared */
    int interval;         /* ms; 0: once */
    ULONGLONG due;
    IDispatch *callback;
    struct Timer *next;
} Timer;

static Timer *timers;
static int last_id;

static int add_timer(IDispatch *callback, int ms, BOOL repeat)
{
    Timer *timer = calloc(1, sizeof *timer), **end = &timers;
    if (ms < 1) ms = 1;
    IDispatch_AddRef(callback);
    timer->id = ++last_id;
    timer->interval = repeat ? ms : 0;
    timer->due = GetTickCount64() + ms;
    timer->callback = callback;
    while (*end) end = &(*end)->next;
    *end = timer;
    return timer->id;
}

static void clear_timer(int id)
{
    for (Timer *timer = timers; timer; timer = timer->next) if (timer->id == id) timer->id = 0;
}

static void drop_cleared(void)
{
    for (Timer **link = &timers; *link;) {
        Timer *timer = *link;
        if (timer->id) {
            link = &timer->next;
            continue;
        }
        *link = timer->next;
        IDispatch_Release(timer->callback);
        free(timer);
    }
}

static void fire(Timer *timer, ULONGLONG now)
{
    DISPPARAMS none = { 0 };
    EXCEPINFO thrown = { 0 };
    IDispatch *callback = timer->callback;
    if (timer->interval) timer->due = now + timer->interval;
    else timer->id = 0;
    IDispatch_AddRef(callback);   /* it may clear its own timer */
    if (FAILED(IDispatch_Invoke(callback, 0, &no_guid, 1033, DISPATCH_METHOD, &none, NULL, &thrown, NULL))) {
        put_line(stderr, thrown.bstrDescription ? thrown.bstrDescription : L"error in a timer's callback");
        fail();
    }
    IDispatch_Release(callback);
}

/* --- guarded objects --- */

/*
 * Wine 8's MSXML calls its handler without a reference of its own (httprequest_setreadystate,
 * dlls/msxml3/httprequest.c). A handler that is replaced while it runs is freed with the call still
 * in it, and JScript goes down in leave_script. Internet Explorer holds what it calls. So a guarded
 * object passes everything on to the one inside, and gives it guarded handlers, which hold the
 * function as long as it runs.
 */
typedef struct Guard {
    IDispatch dispatch;
    LONG references;
    IDispatch *inside;
} Guard;

static IDispatch *guarded(IDispatch *inside);

static HRESULT WINAPI guard_query(IDispatch *self, REFIID iid, void **object)
{
    *object = IsEqualGUID(iid, &IID_IUnknown) || IsEqualGUID(iid, &IID_IDispatch) ? self : NULL;
    if (*object) IDispatch_AddRef(self);
    return *object ? S_OK : E_NOINTERFACE;
}
static ULONG WINAPI guard_addref(IDispatch *self) { return InterlockedIncrement(&((Guard *)self)->references); }
static ULONG WINAPI guard_release(IDispatch *self)
{
    LONG left = InterlockedDecrement(&((Guard *)self)->references);
    if (left) return left;
    IDispatch_Release(((Guard *)self)->inside);
    free(self);
    return 0;
}
static HRESULT WINAPI guard_type_count(IDispatch *self, UINT *count) { *count = 0; return S_OK; }
static HRESULT WINAPI guard_type(IDispatch *self, UINT index, LCID locale, ITypeInfo **info) { return E_NOTIMPL; }
static HRESULT WINAPI guard_name(IDispatch *self, REFIID iid, LPOLESTR *names, UINT count, LCID locale, DISPID *id)
{
    return IDispatch_GetIDsOfNames(((Guard *)self)->inside, iid, names, count, locale, id);
}
static HRESULT WINAPI guard_invoke(IDispatch *self, DISPID id, REFIID iid, LCID locale, WORD flags, DISPPARAMS *given, VARIANT *result,
                                   EXCEPINFO *thrown, UINT *bad)
{
    BOOL handler = flags & (DISPATCH_PROPERTYPUT | DISPATCH_PROPERTYPUTREF) && given->cArgs && V_VT(given->rgvarg) == VT_DISPATCH;
    IDispatch *function = handler ? V_DISPATCH(given->rgvarg) : NULL;
    HRESULT answer;
    if (function) V_DISPATCH(given->rgvarg) = guarded(function);
    IDispatch_AddRef(self);
    answer = IDispatch_Invoke(((Guard *)self)->inside, id, iid, locale, flags, given, result, thrown, bad);
    IDispatch_Release(self);
    if (function) {
        IDispatch_Release(V_DISPATCH(given->rgvarg));
        V_DISPATCH(given->rgvarg) = function;
    }
    return answer;
}
static IDispatchVtbl guard_table = { guard_query, guard_addref, guard_release, guard_type_count, guard_type, guard_name, guard_invoke };

static IDispatch *guarded(IDispatch *inside)
{
    Guard *guard = calloc(1, sizeof *guard);
    guard->dispatch.lpVtbl = &guard_table;
    guard->references = 1;
    guard->inside = inside;
    IDispatch_AddRef(inside);
    return &guard->dispatch;
}

/* --- the host object --- */

enum { PRINT = 1, SET_TIMEOUT, SET_INTERVAL, CLEAR_TIMER, QUIT, ENV, GUARD };
static const WCHAR *const member_names[] = { L"", L"print", L"setTimeout", L"setInterval", L"clearTimer", L"quit", L"env", L"guard" };

static HRESULT argument(DISPPARAMS *given, UINT index, VARTYPE type, VARIANT *value)
{
    VariantInit(value);
    if (index >= given->cArgs) return DISP_E_BADPARAMCOUNT;
    return VariantChangeType(value, &given->rgvarg[given->cArgs - 1 - index], 0, type);   /* arguments come last first */
}

static int int_argument(DISPPARAMS *given, UINT index)
{
    VARIANT value;
    return SUCCEEDED(argument(given, index, VT_I4, &value)) ? V_I4(&value) : 0;
}

static HRESULT WINAPI host_query(IDispatch *self, REFIID iid, void **object)
{
    *object = IsEqualGUID(iid, &IID_IUnknown) || IsEqualGUID(iid, &IID_IDispatch) ? self : NULL;
    return *object ? S_OK : E_NOINTERFACE;
}
static ULONG WINAPI host_addref(IDispatch *self) { return 2; }
static ULONG WINAPI host_release(IDispatch *self) { return 1; }
static HRESULT WINAPI host_type_count(IDispatch *self, UINT *count) { *count = 0; return S_OK; }
static HRESULT WINAPI host_type(IDispatch *self, UINT index, LCID locale, ITypeInfo **info) { return E_NOTIMPL; }
static HRESULT WINAPI host_name(IDispatch *self, REFIID iid, LPOLESTR *names, UINT count, LCID locale, DISPID *id)
{
    for (*id = PRINT; *id <= GUARD; ++*id) if (!lstrcmpW(names[0], member_names[*id])) return S_OK;
    *id = DISPID_UNKNOWN;
    return DISP_E_UNKNOWNNAME;
}
static HRESULT WINAPI host_invoke(IDispatch *self, DISPID id, REFIID iid, LCID locale, WORD flags, DISPPARAMS *given, VARIANT *result,
                                  EXCEPINFO *thrown, UINT *bad)
{
    VARIANT value;
    WCHAR text[4096];
    int timer;
    if (result) VariantInit(result);
    switch (id) {
    case PRINT:
        if (FAILED(argument(given, 0, VT_BSTR, &value))) return E_INVALIDARG;
        put_line(stdout, V_BSTR(&value));
        VariantClear(&value);
        return S_OK;
    case SET_TIMEOUT:
    case SET_INTERVAL:
        if (FAILED(argument(given, 0, VT_DISPATCH, &value))) return E_INVALIDARG;
        timer = add_timer(V_DISPATCH(&value), int_argument(given, 1), id == SET_INTERVAL);
        VariantClear(&value);
        if (result) { V_VT(result) = VT_I4; V_I4(result) = timer; }
        return S_OK;
    case CLEAR_TIMER:
        clear_timer(int_argument(given, 0));
        return S_OK;
    case QUIT:
        exit_code = int_argument(given, 0);
        return S_OK;
    case ENV:
        if (FAILED(argument(given, 0, VT_BSTR, &value))) return E_INVALIDARG;
        if (!GetEnvironmentVariableW(V_BSTR(&value), text, 4096)) *text = 0;
        VariantClear(&value);
        if (result) { V_VT(result) = VT_BSTR; V_BSTR(result) = SysAllocString(text); }
        return S_OK;
    case GUARD:
        if (FAILED(argument(given, 0, VT_DISPATCH, &value))) return E_INVALIDARG;
        if (result) { V_VT(result) = VT_DISPATCH; V_DISPATCH(result) = guarded(V_DISPATCH(&value)); }
        VariantClear(&value);
        return S_OK;
    }
    return DISP_E_MEMBERNOTFOUND;
}
static IDispatchVtbl host_table = { host_query, host_addref, host_release, host_type_count, host_type, host_name, host_invoke };
static IDispatch host_object = { &host_table };

/* --- the script site --- */

static HRESULT WINAPI site_query(IActiveScriptSite *self, REFIID iid, void **object)
{
    *object = IsEqualGUID(iid, &IID_IUnknown) || IsEqualGUID(iid, &IID_IActiveScriptSite) ? self : NULL;
    return *object ? S_OK : E_NOINTERFACE;
}
static ULONG WINAPI site_addref(IActiveScriptSite *self) { return 2; }
static ULONG WINAPI site_release(IActiveScriptSite *self) { return 1; }
static HRESULT WINAPI site_locale(IActiveScriptSite *self, LCID *locale) { *locale = 1033; return S_OK; }
static HRESULT WINAPI site_item(IActiveScriptSite *self, LPCOLESTR name, DWORD mask, IUnknown **object, ITypeInfo **info)
{
    if (info) *info = NULL;
    if (object) *object = mask & SCRIPTINFO_IUNKNOWN ? (IUnknown *)&host_object : NULL;
    return S_OK;
}
static HRESULT WINAPI site_version(IActiveScriptSite *self, BSTR *version) { *version = SysAllocString(L"1"); return S_OK; }
static HRESULT WINAPI site_ended(IActiveScriptSite *self, const VARIANT *result, const EXCEPINFO *thrown) { return S_OK; }
static HRESULT WINAPI site_state(IActiveScriptSite *self, SCRIPTSTATE state) { return S_OK; }
static HRESULT WINAPI site_script(IActiveScriptSite *self) { return S_OK; }
static HRESULT WINAPI site_error(IActiveScriptSite *self, IActiveScriptError *error)
{
    EXCEPINFO thrown = { 0 };
    DWORD file = 0;
    ULONG line = 0;
    LONG column = 0;
    IActiveScriptError_GetExceptionInfo(error, &thrown);
    IActiveScriptError_GetSourcePosition(error, &file, &line, &column);
    fprintf(stderr, "file %lu line %lu column %ld: ", (unsigned long)file, (unsigned long)line + 1, (long)column + 1);
    put_line(stderr, thrown.bstrDescription);
    fail();
    return S_OK;
}
static IActiveScriptSiteVtbl site_table = { site_query, site_addref, site_release, site_locale, site_item, site_version,
                                            site_ended, site_state, site_error, site_script, site_script };
static IActiveScriptSite site = { &site_table };

/* --- files and the loop --- */

static WCHAR *read_file(const char *name)
{
    FILE *file = fopen(name, "rb");
    if (!file) {
        fprintf(stderr, "cannot open %s\n", name);
        exit(1);
    }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *bytes = malloc(size + 1);
    size = fread(bytes, 1, size, file);
    fclose(file);
    int length = MultiByteToWideChar(CP_UTF8, 0, bytes, size, 0, 0);
    WCHAR *text = malloc((length + 1) * sizeof *text);
    MultiByteToWideChar(CP_UTF8, 0, bytes, size, text, length);
    text[length] = 0;
    free(bytes);
    return text;
}

static void loop(void)
{
    while (exit_code == RUNNING) {
        ULONGLONG now = GetTickCount64();
        Timer *next = NULL;
        MSG message;
        drop_cleared();
        if (!timers) return;
        for (Timer *timer = timers; timer; timer = timer->next) if (!next || timer->due < next->due) next = timer;
        MsgWaitForMultipleObjects(0, NULL, FALSE, next->due > now ? (DWORD)(next->due - now) : 0, QS_ALLINPUT);
        while (PeekMessageW(&message, 0, 0, 0, PM_REMOVE)) {
            TranslateMessage(&message);
            DispatchMessageW(&message);   /* callbacks of requests; they may have cleared the timer */
        }
        now = GetTickCount64();
        if (exit_code == RUNNING && next->id && next->due <= now) fire(next, now);
    }
}

int main(int count, char **arguments)
{
    IActiveScript *script;
    IActiveScriptParse *parse;
    IActiveScriptProperty *property = NULL;
    VARIANT mode;
    if (count < 3) return 2;
    CoInitialize(NULL);
    if (FAILED(CoCreateInstance(&CLSID_JScript, NULL, CLSCTX_INPROC_SERVER, &IID_IActiveScript, (void **)&script))) {
        fprintf(stderr, "no JScript here\n");
        return 2;
    }
    V_VT(&mode) = VT_I4;
    V_I4(&mode) = !strcmp(arguments[1], "es5") ? 0x502 : !strcmp(arguments[1], "es6") ? 0x503 : atoi(arguments[1]);
    IActiveScript_QueryInterface(script, &IID_IActiveScriptProperty, (void **)&property);
    if (!property || FAILED(IActiveScriptProperty_SetProperty(property, SCRIPTPROP_INVOKEVERSIONING, NULL, &mode))) {
        fprintf(stderr, "no mode %s\n", arguments[1]);
        return 2;
    }
    IActiveScript_QueryInterface(script, &IID_IActiveScriptParse, (void **)&parse);
    IActiveScriptParse64_InitNew(parse);
    IActiveScript_SetScriptSite(script, &site);
    IActiveScript_AddNamedItem(script, L"host", SCRIPTITEM_ISVISIBLE | SCRIPTITEM_ISPERSISTENT);
    IActiveScript_SetScriptState(script, SCRIPTSTATE_STARTED);
    for (int i = 2; i < count && exit_code == RUNNING; i++) {
        WCHAR *text = read_file(arguments[i]);
        if (FAILED(IActiveScriptParse64_ParseScriptText(parse, text, NULL, NULL, NULL, i - 2, 0, SCRIPTTEXT_ISVISIBLE, NULL, NULL))) fail();
        free(text);
    }
    loop();
    fflush(stdout);
    fflush(stderr);
    ExitProcess(exit_code == RUNNING ? 0 : exit_code);   /* COM's threads would keep a return from main waiting */
}
