/* format.c: times, sizes, shares and origins as people read them */
#include "config.h"
#include "format.h"

#include <glib/gi18n-lib.h>

static GDateTime *
to_local (gint64 microseconds)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (microseconds / G_USEC_PER_SEC);
  return utc != NULL ? g_date_time_to_local (utc) : NULL;
}

char *
lw_format_time (gint64 microseconds)
{
  g_autoptr (GDateTime) local = to_local (microseconds);
  return local != NULL ? g_date_time_format (local, "%x, %H:%M") : g_strdup ("?");
}

static gboolean
is_day (GDateTime *a, GDateTime *b)
{
  return g_date_time_get_year (a) == g_date_time_get_year (b) && g_date_time_get_day_of_year (a) == g_date_time_get_day_of_year (b);
}

char *
lw_format_ago (gint64 microseconds, gint64 now)
{
  g_autoptr (GDateTime) then = to_local (microseconds), today = to_local (now);
  gint64 minutes = (now - microseconds) / G_TIME_SPAN_MINUTE;
  if (then == NULL || today == NULL)
    return g_strdup ("?");
  if (minutes >= 0 && minutes < 1)
    return g_strdup (_("Just now"));
  if (minutes > 0 && minutes < 60)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d minute ago", "%d minutes ago", (gulong) minutes), (int) minutes);
  g_autoptr (GDateTime) yesterday = g_date_time_add_days (today, -1);
  if (is_day (then, today))
    return g_date_time_format (then, _("Today, %H:%M"));
  return g_date_time_format (then, is_day (then, yesterday) ? _("Yesterday, %H:%M") : "%x, %H:%M");
}

char *
lw_format_count (guint64 number)
{
  return g_strdup_printf ("%'" G_GUINT64_FORMAT, number);
}

char *
lw_format_short (const char *name, guint most)
{
  glong length = g_utf8_strlen (name, -1), end = most * 2 / 3, start = most - 1 - end;
  if (length <= (glong) most)
    return g_strdup (name);
  g_autofree char *first = g_utf8_substring (name, 0, start);
  return g_strconcat (first, "…", g_utf8_offset_to_pointer (name, length - end), NULL);
}

char *
lw_format_percent (double part, double whole)
{
  return whole > 0 ? g_strdup_printf (_("%.1f %%"), 100 * part / whole) : g_strdup ("–");
}

const char *
lw_origin_kind_get_label (LwOriginKind kind)
{
  switch (kind)
    {
    case LW_ORIGIN_PERSON: return _("Person");
    case LW_ORIGIN_MODEL: return _("Model");
    case LW_ORIGIN_PROPAGATION: return _("Propagation");
    case LW_ORIGIN_IMPORT: return _("Import");
    }
  return "";
}
