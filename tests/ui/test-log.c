/* test-log.c: the filters of the log's page show what they say, all of it and nothing else */
#include "config.h"
#include <adwaita.h>
#include <string.h>
#include "fixture.h"
#include "project/log-list.h"
#include "project/log-pane.h"
#include "project/pane.h"
#include "settings.h"
#include "store/backup.h"
#include "store/review.h"

typedef struct
{
  Fixture *fixture;
  LwDesk *desk;
  GtkWindow *window;
  GtkWidget *pane;
  GPtrArray *all;              /* of LwLogItem: without a filter */
} Rig;

/* The first below @root of that type, and with that tooltip where one is given. Drop-down lists have entries and stacks of their own. */
static GtkWidget *
find (GtkWidget *root, GType type, const char *tip)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (root, type) && (tip == NULL || g_strcmp0 (gtk_widget_get_tooltip_text (root), tip) == 0))
    return root;
  if (GTK_IS_DROP_DOWN (root))
    return NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, type, tip);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static GListModel *
shown (Rig *rig)
{
  return G_LIST_MODEL (gtk_column_view_get_model (GTK_COLUMN_VIEW (find (rig->pane, GTK_TYPE_COLUMN_VIEW, NULL))));
}

static const char *
page (Rig *rig)
{
  return gtk_stack_get_visible_child_name (GTK_STACK (gtk_widget_get_ancestor (find (rig->pane, GTK_TYPE_COLUMN_VIEW, NULL), GTK_TYPE_STACK)));
}

static GtkDropDown *
choice (Rig *rig, const char *tip)
{
  return GTK_DROP_DOWN (find (rig->pane, GTK_TYPE_DROP_DOWN, tip));
}

static void
search (Rig *rig, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (find (rig->pane, GTK_TYPE_SEARCH_ENTRY, NULL)), text);
}

static void
rig_set_up (Rig *rig, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  LwContract contract;
  rig->fixture = fixture_new (64, 48, 2);
  lw_project_get_contract (rig->fixture->project, &contract);
  contract.speck = 12;
  lw_project_set_contract (rig->fixture->project, &contract, &error);
  g_assert_no_error (error);
  lw_project_set_backup_schedule (rig->fixture->project, LW_BACKUP_OFF, &error);      /* which would be in the log, too, whenever it is made */
  g_assert_no_error (error);
  rig->desk = lw_desk_new (rig->fixture->project);
  rig->pane = g_object_new (LW_TYPE_LOG_PANE, NULL);
  rig->window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_child (rig->window, rig->pane);
  lw_pane_set_desk (LW_PANE (rig->pane), rig->desk);
  gtk_window_present (rig->window);
  fixture_wait (g_strcmp0 (page (rig), "list") == 0);
  rig->all = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < g_list_model_get_n_items (shown (rig)); i++)
    g_ptr_array_add (rig->all, g_list_model_get_item (shown (rig), i));
  g_assert_cmpuint (rig->all->len, >=, 2);
}

static void
rig_tear_down (Rig *rig, gconstpointer data)
{
  gtk_window_destroy (rig->window);
  g_object_unref (rig->desk);
  fixture_free (rig->fixture);
  g_ptr_array_unref (rig->all);
}

static const LwAuditEntry *
entry (Rig *rig, guint i)
{
  return lw_log_item_get_entry (rig->all->pdata[i]);
}

static guint
count_action (Rig *rig, const char *action)
{
  guint n = 0;
  for (guint i = 0; i < rig->all->len; i++)
    n += strcmp (entry (rig, i)->action, action) == 0;
  return n;
}

/* Everything on show was done so, and there are as many as there were without a filter. */
static gboolean
shows_action (Rig *rig, const char *action)
{
  for (guint i = 0; i < g_list_model_get_n_items (shown (rig)); i++)
    {
      g_autoptr (LwLogItem) item = g_list_model_get_item (shown (rig), i);
      if (strcmp (lw_log_item_get_entry (item)->action, action) != 0)
        return FALSE;
    }
  return g_list_model_get_n_items (shown (rig)) == count_action (rig, action);
}

static gboolean
shows_all (Rig *rig)
{
  return g_strcmp0 (page (rig), "list") == 0 && g_list_model_get_n_items (shown (rig)) == rig->all->len;
}

/* Every kind of entry is a choice of its own; the first choice is any. */
static void
test_action (Rig *rig, gconstpointer data)
{
  GtkDropDown *actions = choice (rig, "What was done");
  guint n = g_list_model_get_n_items (gtk_drop_down_get_model (actions)), seen = 0;
  g_assert_cmpuint (n, >, 2);
  for (guint i = 1; i < n; i++)
    {
      gtk_drop_down_set_selected (actions, i);
      fixture_wait (g_list_model_get_n_items (shown (rig)) > 0 && g_list_model_get_n_items (shown (rig)) < rig->all->len);
      g_autoptr (LwLogItem) first = g_list_model_get_item (shown (rig), 0);
      g_autofree char *action = g_strdup (lw_log_item_get_entry (first)->action);
      g_assert_true (shows_action (rig, action));
      seen += count_action (rig, action);
      gtk_drop_down_set_selected (actions, 0);
      fixture_wait (shows_all (rig));
    }
  g_assert_cmpuint (seen, ==, rig->all->len);
}

/* Together they narrow; what finds nothing offers the way back. */
static void
test_together (Rig *rig, gconstpointer data)
{
  GtkDropDown *people = choice (rig, "Person");
  g_assert_cmpuint (g_list_model_get_n_items (gtk_drop_down_get_model (people)), ==, 2);      /* anybody, and whose project it is */
  search (rig, "nothing is called so");
  fixture_wait (g_strcmp0 (page (rig), "empty") == 0);
  gtk_drop_down_set_selected (people, 1);
  gtk_drop_down_set_selected (choice (rig, "What was done"), 1);
  search (rig, "");
  fixture_wait (g_strcmp0 (page (rig), "list") == 0 && g_list_model_get_n_items (shown (rig)) < rig->all->len);
  gtk_drop_down_set_selected (choice (rig, "What was done"), 0);
  fixture_wait (shows_all (rig));                                    /* one person did it all */
  search (rig, "nothing is called so");
  fixture_wait (g_strcmp0 (page (rig), "empty") == 0);
  gtk_widget_activate_action (rig->pane, "log.clear-filter", NULL);
  fixture_wait (shows_all (rig));
  g_assert_cmpuint (gtk_drop_down_get_selected (people), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_assert_true (lw_settings_init (&error));
  g_test_add ("/log/action", Rig, NULL, rig_set_up, test_action, rig_tear_down);
  g_test_add ("/log/together", Rig, NULL, rig_set_up, test_together, rig_tear_down);
  return g_test_run ();
}
