/* renderer.c: which of GTK's renderers suits this display */
#include "config.h"
#include "renderer.h"

#include <gio/gio.h>
#ifdef HAVE_X11
#include <X11/Xlib.h>
#endif

/* A kernel driver that renders shows itself as a render node; without one GL is a program on the CPU. */
static gboolean
has_render_node (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/dev/dri", 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "renderD"))
      return TRUE;
  return FALSE;
}

/* An X server that lends its clients no GPU (Xvfb, Xvnc, ssh -X) offers none of the extensions by which they would reach it. */
static gboolean
display_reaches_gpu (void)
{
#ifdef HAVE_X11
  const char *backend = g_getenv ("GDK_BACKEND");
  gboolean x11 = backend != NULL ? g_str_has_prefix (backend, "x11") : g_getenv ("WAYLAND_DISPLAY") == NULL;
  Display *display = x11 ? XOpenDisplay (NULL) : NULL;
  if (display != NULL)
    {
      const char *extensions[] = { "DRI3", "DRI2", "NV-GLX" };
      gboolean found = FALSE;
      int opcode, event, error;
      for (gsize i = 0; i < G_N_ELEMENTS (extensions) && !found; i++)
        found = XQueryExtension (display, extensions[i], &opcode, &event, &error);
      XCloseDisplay (display);
      return found;
    }
#endif
  return TRUE;
}

void
lw_choose_renderer (void)
{
  if (g_getenv ("GSK_RENDERER") == NULL && (!has_render_node () || !display_reaches_gpu ()))
    g_setenv ("GSK_RENDERER", "cairo", TRUE);
}
