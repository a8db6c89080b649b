/* promote.c: makes a model the one that proposes */
#include "config.h"
#include "promote.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "project/work.h"

typedef struct
{
  gint64 model;
  char *reason;
} Promotion;

static void
promotion_free (gpointer data)
{
  Promotion *promotion = data;
  g_free (promotion->reason);
  g_free (promotion);
}

static gpointer
promote_in_thread (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  const Promotion *promotion = wanted;
  return lw_project_promote_model (project, promotion->model, promotion->reason, error) ? wanted : NULL;
}

static void
tell (gpointer owner, gpointer found, gpointer wanted)
{
  lw_toast (GTK_WIDGET (owner), _("This model proposes from now on"));
}

static const LwWork work = { promote_in_thread, NULL, tell, N_("Could not switch the model") };

void
lw_promote (GtkWidget *page, LwDesk *desk, gint64 model, const char *reason)
{
  Promotion *promotion = g_new (Promotion, 1);
  *promotion = (Promotion) { model, g_strdup (reason) };
  lw_work_start (desk, page, &work, promotion, promotion_free, NULL);
}
