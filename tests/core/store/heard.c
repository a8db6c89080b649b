/* heard.c: counts what a project says of the strokes that are sent to it */
#include "config.h"
#include "heard.h"

static void
on_failed_cb (LwProject *project, const GError *error, Heard *heard)
{
  heard->failed++;
  g_clear_error (&heard->error);
  heard->error = g_error_copy (error);
}

static void
on_recovered_cb (LwProject *project, Heard *heard)
{
  heard->recovered++;
}

void
heard_listen (Heard *heard, LwProject *project)
{
  g_signal_connect (project, "write-failed", G_CALLBACK (on_failed_cb), heard);
  g_signal_connect (project, "write-recovered", G_CALLBACK (on_recovered_cb), heard);
}

void
heard_leave (Heard *heard, LwProject *project)
{
  g_signal_handlers_disconnect_by_data (project, heard);
}

void
heard_clear (Heard *heard)
{
  g_clear_error (&heard->error);
}

void
heard_committed_cb (GObject *project, GAsyncResult *result, gpointer data)
{
  g_autoptr(GError) error = NULL;
  lw_project_commit_stroke_finish (LW_PROJECT (project), result, &error);
  g_assert_no_error (error);
  ((Heard *) data)->done++;
}

void
heard_wait (const guint *count, guint wanted)
{
  gint64 until = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  while (*count < wanted && g_get_monotonic_time () < until)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  g_assert_cmpuint (*count, >=, wanted);
}
