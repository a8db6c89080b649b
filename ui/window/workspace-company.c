/* workspace-company.c: tells of other windows that show the same frame, and of what undo would take that was painted there
 *
 * Beside the frame's name, where nothing moves or is covered while somebody paints; a toast says so once, as the other window comes. */
#include "config.h"
#include "workspace-private.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "project/format.h"
#include "store/author.h"

static char *
format_since (gint64 since)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local (), then = g_date_time_new_from_unix_local (since / G_USEC_PER_SEC);
  gboolean today = then != NULL && g_date_time_get_year (now) == g_date_time_get_year (then) && g_date_time_get_day_of_year (now) == g_date_time_get_day_of_year (then);
  return today ? g_date_time_format (then, _("%H:%M")) : lw_format_time (since);
}

/* A person with two windows needs no name. */
static gboolean
is_me (const GPtrArray *others)
{
  return others->len == 1 && g_strcmp0 (((const LwVisitor *) others->pdata[0])->person, lw_author_get_uuid ()) == 0;
}

static char *
join_names (const GPtrArray *others)
{
  g_autoptr (GString) names = g_string_new (NULL);
  for (guint i = 0; i < others->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", ((const LwVisitor *) others->pdata[i])->name);
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static char *
describe (const GPtrArray *others)
{
  g_autofree char *since = format_since (((const LwVisitor *) others->pdata[0])->since), *names = join_names (others);
  if (is_me (others))
    return g_strdup_printf (_("Also open in another window of yours, since %s"), since);
  if (others->len == 1)
    /* Translators: a name, then a time */
    return g_strdup_printf (_("Also open in another window: %s, since %s"), names, since);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Also open in %u other window: %s, since %s", "Also open in %u other windows: %s, since %s", others->len), others->len,
                          names, since);
}

/* For little room. */
static char *
shorten (const GPtrArray *others)
{
  g_autofree char *names = join_names (others);
  return is_me (others) ? g_strdup (_("Open twice")) : g_strdup_printf (_("Also open: %s"), names);
}

static void
update (LwWorkspace *self)
{
  if (self->presence == NULL)      /* the window is closing */
    return;
  const LwFrame *frame = lw_document_get_frame (lw_desk_get_document (self->desk));
  g_autoptr (GPtrArray) others = lw_presence_list (self->presence, frame != NULL ? frame->id : 0);
  gboolean company = frame != NULL && others->len > 0;
  g_autofree char *text = company ? describe (others) : NULL, *who = company ? shorten (others) : NULL;
  gboolean news = text != NULL && (self->company_frame != frame->id || self->n_company < others->len);
  lw_timeline_set_company (self->timeline, who, text);
  self->company_frame = frame != NULL ? frame->id : 0;
  self->n_company = others->len;
  if (news)
    lw_toast (GTK_WIDGET (self), text);
}

/* ---- undo of what another window painted ---- */

/* It stays until it is answered, by whatever is done next. */
static void
on_ask_before_turn_cb (LwDocument *document, const char *person, gboolean redo, LwWorkspace *self)
{
  g_autofree char *named = person == NULL ? NULL
                           : redo         ? g_strdup_printf (_("What comes next was done by %s. Redo again to do it"), person)
                                          : g_strdup_printf (_("The last change was made by %s. Undo again to take it back"), person);
  const char *nameless = redo ? _("What comes next was done in another window or by another program. Redo again to do it")
                              : _("The last change was made in another window or by another program. Undo again to take it back");
  lw_workspace_keep_saying (self, named != NULL ? named : nameless);
}

/* ---- which frame ---- */

static void
on_frame_cb (LwWorkspace *self)
{
  const LwFrame *frame = lw_document_get_frame (lw_desk_get_document (self->desk));
  if (self->presence != NULL)
    lw_presence_set_frame (self->presence, frame != NULL ? frame->id : 0);
  update (self);
}

void
lw_workspace_watch_company (LwWorkspace *self)
{
  self->presence = lw_presence_new (lw_desk_get_project (self->desk));
  g_signal_connect_object (self->presence, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (lw_desk_get_document (self->desk), "notify::frame", G_CALLBACK (on_frame_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (lw_desk_get_document (self->desk), "ask-before-turn", G_CALLBACK (on_ask_before_turn_cb), self, 0);
  g_signal_connect_object (lw_desk_get_document (self->desk), "answered", G_CALLBACK (lw_workspace_stop_saying), self, G_CONNECT_SWAPPED);
  on_frame_cb (self);
}

void
lw_workspace_leave_company (LwWorkspace *self)
{
  g_clear_object (&self->presence);
}
