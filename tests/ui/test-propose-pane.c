/* test-propose-pane.c: the pane says on what the engine runs and, where a GPU has left the work to the processor, why
 *
 * test-propose-pane MODULE: a backend on whose device nothing fits takes the place of the CUDA backend; the rest is the real engine. */
#include "config.h"
#include <adwaita.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include "desk/desk.h"
#include "fixture.h"
#include "propose/propose-pane.h"
#include "settings.h"

static char *libraries;         /* the folder of backends */

/* Before there are threads, which read the environment. */
static void
use_gpu (const char *module)
{
  g_autofree char *real = g_build_filename (g_getenv ("LABELWRIGHT_LIB_DIR"), "labelwright-backend-cpu.so", NULL);
  libraries = g_dir_make_tmp ("labelwright-backends-XXXXXX", NULL);
  g_autofree char *cuda = g_build_filename (libraries, "labelwright-backend-cuda.so", NULL), *cpu = g_build_filename (libraries, "labelwright-backend-cpu.so", NULL);
  g_assert_cmpint (symlink (module, cuda), ==, 0);
  g_assert_cmpint (symlink (real, cpu), ==, 0);
  g_setenv ("LABELWRIGHT_LIB_DIR", libraries, TRUE);
}

static void
remove_libraries (void)
{
  static const char *const names[] = { "labelwright-backend-cuda.so", "labelwright-backend-cpu.so" };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (libraries, names[i], NULL);
      g_remove (path);
    }
  g_rmdir (libraries);
  g_free (libraries);
}

/* The label in @widget that can be seen and holds @text, or NULL. */
static GtkWidget *
find_text (GtkWidget *widget, const char *text)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) && strstr (gtk_label_get_label (GTK_LABEL (widget)), text) != NULL)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_text (child, text);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
test_warning (void)
{
  g_autoptr (Fixture) fixture = fixture_new (64, 48, 2);
  g_autoptr (LwDesk) desk = lw_desk_new (fixture->project);
  g_autoptr (LwProposer) proposer = lw_proposer_new (desk);
  LwProposePane *pane = g_object_new (LW_TYPE_PROPOSE_PANE, NULL);
  GtkWidget *window = gtk_window_new ();
  lw_propose_pane_set_desk (pane, desk, proposer);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (pane));
  gtk_window_present (GTK_WINDOW (window));
  fixture_wait (lw_desk_get_frame (desk) != NULL && gtk_widget_get_mapped (GTK_WIDGET (pane)));
  g_assert_nonnull (find_text (GTK_WIDGET (pane), "Engine starts when needed"));
  g_assert_null (find_text (GTK_WIDGET (pane), "GPU"));
  lw_proposer_propose (proposer);
  fixture_wait (find_text (GTK_WIDGET (pane), "too many for the small GPU") != NULL);
  GtkWidget *warning = find_text (GTK_WIDGET (pane), "The processor is used instead of the GPU");
  g_assert_nonnull (warning);
  g_assert_cmpstr (gtk_widget_get_tooltip_text (warning), ==, gtk_label_get_label (GTK_LABEL (warning)));
  GtkWidget *device = find_text (GTK_WIDGET (pane), "· small GPU");
  g_assert_nonnull (device);
  g_assert_nonnull (strstr (gtk_widget_get_tooltip_text (device), "instead of the GPU"));
  fixture_wait (!lw_proposer_is_busy (proposer));
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  use_gpu (argv[1]);
  lw_settings_init (&error);
  g_assert_no_error (error);
  adw_init ();
  g_test_add_func ("/propose-pane/warning", test_warning);
  status = g_test_run ();
  remove_libraries ();
  return status;
}
