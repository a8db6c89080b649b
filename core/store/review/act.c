/* act.c: submit, accept, return: a revision, the new status and its audit row in one transaction a frame */
#include "config.h"
#include "store/journal/steps.h"
#include "store/project/audit.h"
#include "store/project/project-private.h"
#include "store/review/contract.h"
#include "store/review/verdicts.h"
#include "store/revisions/revisions.h"

#include <glib/gi18n-lib.h>

static const struct { LwFrameStatus status; const char *name; } actions[] = {
  [LW_ACTION_SUBMIT] = { LW_FRAME_SUBMITTED, "submit" },
  [LW_ACTION_ACCEPT] = { LW_FRAME_ACCEPTED, "accept" },
  [LW_ACTION_RETURN] = { LW_FRAME_RETURNED, "return" },
};

typedef struct {
  LwProject *project;
  const gint64 *frames;
  gsize n_frames;
  LwAction action;
  const char *message;
  LwContractTerms terms;
  gint64 *agreed;              /* a frame: how many strokes it had when it was found to keep the contract; NULL: there is none */
  gint64 step;                 /* 0 before the first one is done */
  gsize at;                    /* of the one under way */
  gint64 frame;
  LwFrameHead head;
  LwRevisionDraft draft;
} Act;

static char *
dup_name (LwDb *db, const Act *self)
{
  char *name = lw_db_get_text (db, NULL, "SELECT name FROM frame WHERE id = ?", "I", self->head.id);
  return name != NULL ? name : g_strdup ("?");
}

static gboolean
refuse (LwDb *db, const Act *self, const char *reason, GError **error)
{
  g_autofree char *name = dup_name (db, self);
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, reason, name);
  return FALSE;
}

/* As lw_db_get(): whether any pixel has a class */
static int
has_labels (LwDb *db, gint64 frame, GError **error)
{
  gint64 one;
  return lw_db_get (db, &one, error, "SELECT 1 FROM frame_class WHERE frame = ? AND pixels > 0 LIMIT 1", "I", frame);
}

static gboolean
check (LwDb *db, const Act *self, GError **error)
{
  LwFrameStatus status = self->head.status;
  int labelled = has_labels (db, self->head.id, error);
  if (labelled < 0)
    return FALSE;
  if (self->action != LW_ACTION_RETURN && labelled == 0)
    return refuse (db, self, _("“%s” has no labels yet"), error);
  if (self->action == LW_ACTION_SUBMIT && status == LW_FRAME_ACCEPTED)
    return refuse (db, self, _("“%s” is accepted already. Return it first, or change it"), error);
  if (self->action == LW_ACTION_ACCEPT && status != LW_FRAME_SUBMITTED && status != LW_FRAME_IN_PROGRESS)
    return refuse (db, self, status == LW_FRAME_ACCEPTED ? _("“%s” is accepted already") : _("“%s” can’t be accepted: submit it first"), error);
  if (self->action == LW_ACTION_RETURN && status != LW_FRAME_SUBMITTED && status != LW_FRAME_ACCEPTED)
    return refuse (db, self, _("“%s” can’t be returned: it is neither submitted nor accepted"), error);
  return TRUE;
}

static gboolean
check_all (LwDb *db, gpointer data, GError **error)
{
  Act *self = data;
  for (gsize i = 0; i < self->n_frames; i++)
    if (!lw_frame_head_read (db, self->frames[i], &self->head, error) || !check (db, self, error))
      return FALSE;
  return TRUE;
}

/* ---- the contract: looked at without a lock, before anything is changed, and again where a frame has changed since ---- */

static gboolean
check_contract (LwDb *db, const Act *self, const LwFrameHead *head, GError **error)
{
  g_auto(LwContractReport) report = { 0 };
  if (!lw_contract_check (self->project, db, &self->terms, head, &report, error))
    return FALSE;
  g_autofree char *reasons = lw_contract_report_describe (&report), *name = reasons != NULL ? dup_name (db, self) : NULL;
  if (reasons != NULL)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_CONTRACT, _("“%s” can’t be accepted: %s"), name, reasons);
  return reasons == NULL;
}

static gboolean
check_contracts (Act *self, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  lw_contract_terms_read (self->project, &self->terms);
  if (self->action != LW_ACTION_ACCEPT || lw_contract_is_empty (&self->terms.contract))
    return TRUE;
  g_autoptr(LwDb) db = lw_project_read (self->project, error);
  self->agreed = db != NULL ? g_new (gint64, self->n_frames + 1) : NULL;
  for (gsize i = 0; self->agreed != NULL && i < self->n_frames; i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !lw_frame_head_read (db, self->frames[i], &self->head, error)
          || !check_contract (db, self, &self->head, error))
        return FALSE;
      self->agreed[i] = self->head.seq;
      if (progress != NULL)
        progress (0.5 * (double) (i + 1) / (double) self->n_frames, data);
    }
  return self->agreed != NULL;
}

static gboolean
keeps_contract (LwDb *db, const Act *self, GError **error)
{
  return self->agreed == NULL || self->agreed[self->at] == self->head.seq || check_contract (db, self, &self->head, error);
}

/* ---- one frame ---- */

static gboolean
set_accepted (LwDb *db, const Act *self, gint64 revision, GError **error)
{
  if (self->action == LW_ACTION_SUBMIT)
    return TRUE;
  return lw_db_run (db, error, "UPDATE frame SET accepted = ? WHERE id = ?", "KI", self->action == LW_ACTION_ACCEPT ? revision : 0, self->head.id);
}

static gboolean
ensure_step (LwDb *db, Act *self, GError **error)
{
  if (self->step == 0)
    self->step = lw_step_add (db, &(LwStepRow) { .kind = LW_STEP_STATUS, .action = actions[self->action].name }, error);
  return self->step != 0;
}

static gboolean
write_act (LwDb *db, gpointer data, GError **error)
{
  Act *self = data;
  if (!lw_frame_head_check (db, &self->head, error) || !lw_frame_head_read (db, self->head.id, &self->head, error) || !check (db, self, error))
    return FALSE;
  gint64 accepted = 0;
  LwFrameStatus before = self->head.status;
  gint64 revision = lw_revision_write (db, &self->head, &self->draft, self->head.seq, LW_REVISION_MANUAL, self->message, error);
  g_autofree char *name = dup_name (db, self);
  return revision != 0 && lw_db_get (db, &accepted, error, "SELECT accepted FROM frame WHERE id = ?", "I", self->head.id) >= 0
         && lw_frame_set_status (db, self->head.id, actions[self->action].status, error) && set_accepted (db, self, revision, error)
         && lw_verdict_write (db, self->head.id, revision, self->action, self->message, error)
         && ensure_step (db, self, error) && lw_step_add_frame (db, self->step, &self->head, before, accepted, error)
         && lw_audit_add (db, error, actions[self->action].name, name, "revision %" G_GINT64_FORMAT "%s%s", revision, self->message != NULL ? ": " : "",
                          self->message != NULL ? self->message : "");
}

static gboolean
act_once (LwDb *db, gpointer data, GError **error)
{
  Act *self = data;
  gint64 step = self->step;
  if (lw_frame_head_read (db, self->frame, &self->head, error) && check (db, self, error) && keeps_contract (db, self, error)
      && lw_revision_prepare (db, &self->head, NULL, &self->draft, error) && lw_db_transact (db, write_act, self, error))
    return TRUE;
  self->step = step;      /* one that was begun was rolled back */
  return FALSE;
}

static gboolean
act (LwDb *db, gpointer data, GError **error)
{
  return lw_db_retry (db, act_once, data, error);
}

gboolean
lw_project_act_on (LwProject *self, const gint64 *frames, gsize n_frames, LwAction action, const char *message, LwProgress progress, gpointer data,
                         GCancellable *cancellable, gint64 *step, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && (frames != NULL || n_frames == 0) && (guint) action < G_N_ELEMENTS (actions), FALSE);

  Act work = { .project = self, .frames = frames, .n_frames = n_frames, .action = action, .message = message };
  gboolean done = lw_project_write (self, check_all, &work, error) && check_contracts (&work, progress, data, cancellable, error);
  double begun = work.agreed != NULL ? 0.5 : 0;
  for (; done && work.at < n_frames; work.at++)
    {
      work.frame = frames[work.at];
      done = !g_cancellable_set_error_if_cancelled (cancellable, error) && lw_project_write (self, act, &work, error);
      if (progress != NULL)
        progress (begun + (1 - begun) * (double) (work.at + 1) / (double) n_frames, data);
    }
  g_free (work.agreed);
  lw_revision_draft_clear (&work.draft);
  if (step != NULL)
    *step = work.step;
  return done;
}

gboolean
lw_project_act (LwProject *self, const gint64 *frames, gsize n_frames, LwAction action, const char *message, GError **error)
{
  return lw_project_act_on (self, frames, n_frames, action, message, NULL, NULL, NULL, NULL, error);
}
