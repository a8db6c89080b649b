/* test-feedback.c: what failed is told in a toast, which goes when it is done after all */
#include "config.h"
#include <adwaita.h>
#include "feedback.h"
#include "fixture.h"
#include "project/work.h"
#include "settings.h"

typedef struct { GtkWidget *label; guint n_failed, n_done; gboolean fails; } Rig;

static gpointer
save (LwProject *project, gpointer data, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  if (((Rig *) data)->fails)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The disk is full.");
  return NULL;
}

static void
show_saved (gpointer owner, gpointer found, gpointer data)
{
  ((Rig *) data)->n_done++;
}

static const LwWork save_work = { save, NULL, show_saved, "Could not save" };
static const LwWork other_work = { save, NULL, show_saved, "Could not do something else" };

static void
on_failed_cb (LwDesk *desk, const char *title, const GError *error, Rig *rig)
{
  lw_report_error (rig->label, title, error);
  rig->n_failed++;
}

static void
do_work (LwDesk *desk, Rig *rig, const LwWork *work, gboolean fails)
{
  guint before = rig->n_failed + rig->n_done;
  rig->fails = fails;
  lw_work_start (desk, rig->label, work, rig, NULL, NULL);
  fixture_wait (rig->n_failed + rig->n_done > before);
}

static void
test_withdrawn (void)
{
  g_autoptr (Fixture) fixture = fixture_new (64, 48, 1);
  g_autoptr (LwDesk) desk = lw_desk_new (fixture->project);
  Rig rig = { .label = gtk_label_new ("") };
  gboolean ready = FALSE;
  fixture_wait ((g_object_get (desk, "ready", &ready, NULL), ready));
  GtkWidget *window = gtk_window_new (), *overlay = adw_toast_overlay_new ();
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), rig.label);
  gtk_window_set_child (GTK_WINDOW (window), overlay);
  gtk_window_set_default_size (GTK_WINDOW (window), 600, 400);
  gtk_window_present (GTK_WINDOW (window));
  g_signal_connect (desk, "failed", G_CALLBACK (on_failed_cb), &rig);

  do_work (desk, &rig, &save_work, TRUE);
  do_work (desk, &rig, &other_work, FALSE);
  g_assert_true (lw_withdraw_error ("Could not save"));      /* what else went well changed nothing about it */
  g_assert_false (lw_withdraw_error ("Could not save"));

  do_work (desk, &rig, &save_work, TRUE);
  do_work (desk, &rig, &save_work, TRUE);                    /* told once, not twice */
  do_work (desk, &rig, &save_work, FALSE);
  g_assert_false (lw_withdraw_error ("Could not save"));
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_test_init (&argc, &argv, NULL);
  lw_settings_init (&error);
  g_assert_no_error (error);
  adw_init ();
  g_test_add_func ("/feedback/withdrawn", test_withdrawn);
  return g_test_run ();
}
