/* space-pane.c: what takes the room on the disk, and what of it can go without a loss */
#include "config.h"
#include "space-pane.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "project/format.h"
#include "project/share-row.h"
#include "store/backup.h"
#include "store/space.h"

#define OLD_DAYS 30

struct _LwSpacePane
{
  LwPane parent_instance;
  GtkStack *stack;
  AdwPreferencesGroup *list_group;
  GtkListBox *list;
  AdwActionRow *proposals_row, *jobs_row, *backups_row;
  GtkWidget *proposals_button, *jobs_button, *backups_button;
};

G_DEFINE_FINAL_TYPE (LwSpacePane, lw_space_pane, LW_TYPE_PANE)

/* ---- read ---- */

typedef struct
{
  LwSpace space;
  guint old_backups;
  guint64 old_backup_bytes;
} Found;

/* Made by itself and older than that: what was asked for, or kept from before a restore or an upgrade, goes by hand alone. */
static gboolean
is_old (const LwBackup *backup)
{
  return backup->kind == LW_BACKUP_AUTOMATIC && g_get_real_time () - backup->created > OLD_DAYS * G_TIME_SPAN_DAY;
}

static gpointer
measure (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  g_autofree Found *found = g_new0 (Found, 1);
  g_autoptr (GPtrArray) backups = lw_project_measure_space (project, &found->space, cancellable, error) ? lw_backup_list (lw_project_get_folder (project), error) : NULL;
  if (backups == NULL)
    return NULL;
  for (guint i = 0; i < backups->len; i++)
    {
      const LwBackup *backup = backups->pdata[i];
      found->old_backups += is_old (backup);
      found->old_backup_bytes += is_old (backup) ? backup->size : 0;
    }
  return g_steal_pointer (&found);
}

/* ---- show ---- */

static const struct { const char *name, *about; } spaces[LW_N_SPACES] = {
  [LW_SPACE_JOURNAL] = { N_("Strokes"), N_("The journal, for undo at any time") },
  [LW_SPACE_REVISIONS] = { N_("Revisions"), N_("Frozen labels, equal tiles once") },
  [LW_SPACE_WORKING] = { N_("Labels"), N_("As they are now") },
  [LW_SPACE_PROPOSALS] = { N_("Proposals"), N_("What networks proposed") },
  [LW_SPACE_ROWS] = { N_("Tables"), N_("Frames, log, models, datasets") },
  [LW_SPACE_FREE] = { N_("Free"), N_("In the file, for what comes next") },
  [LW_SPACE_WAL] = { N_("Newest changes"), N_("Not folded into the file yet") },
  [LW_SPACE_MODELS] = { N_("Models"), N_("Weights") },
  [LW_SPACE_JOBS] = { N_("Trainings"), N_("What was trained on, checkpoints, results") },
  [LW_SPACE_MEDIA] = { N_("Media"), N_("Copies in the project’s folder") },
  [LW_SPACE_BACKUPS] = { N_("Backups"), N_("Copies of the project’s file") },
};

static void
show_list (LwSpacePane *self, const LwSpace *space)
{
  guint64 all = 0;
  for (int i = 0; i < LW_N_SPACES; i++)
    all += space->bytes[i];
  g_autofree char *sum = g_format_size (all), *text = g_strdup_printf (_("%s in the project’s folder"), sum);
  adw_preferences_group_set_description (self->list_group, text);
  lw_list_clear (self->list);
  for (int i = 0; i < LW_N_SPACES; i++)
    {
      g_autofree char *size = g_format_size (space->bytes[i]);
      if (space->bytes[i] > 0)
        gtk_list_box_append (self->list, lw_share_row_new (NULL, _(spaces[i].name), spaces[i].about != NULL ? _(spaces[i].about) : NULL, (double) space->bytes[i],
                                                           (double) all, size));
    }
}

static void
show_offer (LwSpacePane *self, AdwActionRow *row, GtkWidget *button, guint n, guint64 bytes, const char *what)
{
  g_autofree char *size = g_format_size (bytes), *text = g_strdup_printf ("%s · %s", what, size);
  adw_action_row_set_subtitle (row, n > 0 ? text : _("None"));
  gtk_widget_set_sensitive (button, n > 0 && !lw_desk_is_read_only (lw_pane_get_desk (LW_PANE (self))));
}

static void
show_found (gpointer owner, gpointer data, gpointer wanted)
{
  LwSpacePane *self = owner;
  const Found *found = data;
  const LwSpace *space = &found->space;
  g_autofree char *proposals = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u proposal; the network can make it again", "%u proposals; the network can make them again",
                                                             space->proposals), space->proposals);
  g_autofree char *jobs = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Of %u training; its model and how it went stay", "Of %u trainings; their models and how they went stay",
                                                        space->jobs), space->jobs);
  g_autofree char *backups = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u automatic backup", "%u automatic backups", found->old_backups), found->old_backups);
  show_list (self, space);
  show_offer (self, self->proposals_row, self->proposals_button, space->proposals, space->proposal_bytes, proposals);
  show_offer (self, self->jobs_row, self->jobs_button, space->jobs, space->job_bytes, jobs);
  show_offer (self, self->backups_row, self->backups_button, found->old_backups, found->old_backup_bytes, backups);
  gtk_stack_set_visible_child_name (self->stack, "list");
}

static const LwWork measure_work = { measure, g_free, show_found, N_("Could not measure the project"), NULL };

static void
lw_space_pane_refresh (LwPane *pane)
{
  lw_pane_read (pane, &measure_work, NULL, NULL);
}

/* ---- making room ---- */

static gpointer
prune (LwProject *project, gpointer what, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  guint n;
  lw_project_prune (project, (LwPrune) GPOINTER_TO_INT (what), &n, lw_operation_progress, operation, cancellable, error);
  return NULL;
}

static void
show_pruned (gpointer owner, gpointer found, gpointer wanted)
{
  lw_toast (GTK_WIDGET (owner), _("Removed; the room is free again"));
  lw_pane_invalidate (LW_PANE (owner));
}

static void
on_not_pruned (gpointer owner, const GError *error, gpointer wanted)
{
  lw_pane_invalidate (LW_PANE (owner));
}

static const LwWork prune_work = { prune, NULL, show_pruned, N_("Could not make room"), on_not_pruned };

static gpointer
remove_old_backups (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  const char *folder = lw_project_get_folder (project);
  g_autoptr (GPtrArray) backups = lw_backup_list (folder, error);
  for (guint i = 0; backups != NULL && i < backups->len; i++)
    {
      const LwBackup *backup = backups->pdata[i];
      if (is_old (backup) && (g_cancellable_set_error_if_cancelled (cancellable, error) || !lw_backup_remove (folder, backup->path, error)))
        break;
    }
  return NULL;
}

static const LwWork backups_work = { remove_old_backups, NULL, show_pruned, N_("Could not remove the backups"), on_not_pruned };

static void
start_pruning (LwSpacePane *self, LwPrune what)
{
  lw_work_start_watched (lw_pane_get_desk (LW_PANE (self)), GTK_WIDGET (self), &prune_work, GINT_TO_POINTER ((int) what), NULL, _("Making Room"));
}

static void
prune_proposals (gpointer self)
{
  start_pruning (self, LW_PRUNE_PROPOSALS);
}

static void
prune_jobs (gpointer self)
{
  start_pruning (self, LW_PRUNE_JOBS);
}

static void
prune_backups (gpointer self)
{
  lw_work_start_watched (lw_pane_get_desk (LW_PANE (self)), GTK_WIDGET (self), &backups_work, NULL, NULL, _("Removing Old Backups"));
}

static void
on_proposals_clicked_cb (LwSpacePane *self)
{
  lw_ask (GTK_WIDGET (self), _("Remove Proposals?"), _("Those of which nothing was applied go, on all frames. Labels, strokes and revisions stay."), _("_Remove"), TRUE,
          prune_proposals, self);
}

static void
on_jobs_clicked_cb (LwSpacePane *self)
{
  lw_ask (GTK_WIDGET (self), _("Remove Data of Trainings?"), _("Pictures and checkpoints of trainings that have ended go. Models, datasets and the curves stay."),
          _("_Remove"), TRUE, prune_jobs, self);
}

static void
on_backups_clicked_cb (LwSpacePane *self)
{
  lw_ask (GTK_WIDGET (self), _("Remove Old Backups?"), _("Automatic backups of more than 30 days ago go. This can’t be undone."), _("_Remove"), TRUE, prune_backups, self);
}

static void
lw_space_pane_class_init (LwSpacePaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  LW_PANE_CLASS (klass)->refresh = lw_space_pane_refresh;
  LW_PANE_CLASS (klass)->news = LW_PANE_MODELS | LW_PANE_JOBS;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/project/space-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, LwSpacePane, stack);
  gtk_widget_class_bind_template_child (widget_class, LwSpacePane, list_group);
  gtk_widget_class_bind_template_child (widget_class, LwSpacePane, list);
  gtk_widget_class_bind_template_child (widget_class, LwSpacePane, proposals_row);
  gtk_widget_class_bind_template_child (widget_class, LwSpacePane, jobs_row);
  gtk_widget_class_bind_template_child (widget_class, LwSpacePane, backups_row);
  gtk_widget_class_bind_template_child (widget_class, LwSpacePane, proposals_button);
  gtk_widget_class_bind_template_child (widget_class, LwSpacePane, jobs_button);
  gtk_widget_class_bind_template_child (widget_class, LwSpacePane, backups_button);
  gtk_widget_class_bind_template_callback (widget_class, on_proposals_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_jobs_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_backups_clicked_cb);
}

static void
lw_space_pane_init (LwSpacePane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
