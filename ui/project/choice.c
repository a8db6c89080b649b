/* choice.c: drop-down lists of names to filter by, the first of which means any */
#include "config.h"
#include "choice.h"

#include <glib/gi18n-lib.h>

static gboolean
is_same (GListModel *model, const char *any, const char *const *names)
{
  guint n = g_strv_length ((char **) names);
  if (!GTK_IS_STRING_LIST (model) || g_list_model_get_n_items (model) != n + 1 || !g_str_equal (gtk_string_list_get_string (GTK_STRING_LIST (model), 0), any))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!g_str_equal (gtk_string_list_get_string (GTK_STRING_LIST (model), i + 1), names[i]))
      return FALSE;
  return TRUE;
}

void
lw_choice_fill (GtkDropDown *drop_down, const char *any, const char *const *names)
{
  if (is_same (gtk_drop_down_get_model (drop_down), any, names))
    return;
  g_autofree char *chosen = g_strdup (lw_choice_get (drop_down));
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  guint selected = 0;
  gtk_string_list_append (list, any);
  for (guint i = 0; names[i] != NULL; i++)
    {
      gtk_string_list_append (list, names[i]);
      if (g_strcmp0 (names[i], chosen) == 0)
        selected = i + 1;
    }
  gtk_drop_down_set_model (drop_down, G_LIST_MODEL (list));
  gtk_drop_down_set_selected (drop_down, selected);
}

const char *
lw_choice_get (GtkDropDown *drop_down)
{
  guint selected = gtk_drop_down_get_selected (drop_down);
  GListModel *model = gtk_drop_down_get_model (drop_down);
  return model != NULL && selected > 0 && selected != GTK_INVALID_LIST_POSITION ? gtk_string_list_get_string (GTK_STRING_LIST (model), selected) : NULL;
}

/* ---- periods ---- */

void
lw_choice_fill_periods (GtkDropDown *drop_down)
{
  const char *periods[] = { _("Today"), _("The Last 7 Days"), _("The Last 30 Days"), NULL };
  lw_choice_fill (drop_down, _("Any Time"), periods);
}

gint64
lw_choice_get_since (GtkDropDown *drop_down)
{
  static const int days[] = { 0, 6, 29 };      /* and today */
  guint selected = gtk_drop_down_get_selected (drop_down);
  if (selected == 0 || selected > G_N_ELEMENTS (days))
    return 0;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) midnight = g_date_time_new_local (g_date_time_get_year (now), g_date_time_get_month (now), g_date_time_get_day_of_month (now), 0, 0, 0);
  g_autoptr (GDateTime) since = g_date_time_add_days (midnight, -days[selected - 1]);
  return g_date_time_to_unix (since) * G_USEC_PER_SEC;
}
