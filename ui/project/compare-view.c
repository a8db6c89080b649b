/* compare-view.c: what lies between two states of a frame: a picture, pixels by class, and the way back */
#include "config.h"
#include "compare-view.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "feedback.h"
#include "label/compare.h"
#include "palette/swatch.h"
#include "project/format.h"
#include "project/frame-photo.h"
#include "project/pixel-line.h"
#include "project/share-row.h"

#define CHANGED_PART 75      /* in a hundred of the labels' colour over the photo: what changed, what did not, a map by itself */
#define SAME_PART 55
#define MAP_PART 60

#define NOTHING 0            /* states beside the ids of revisions */
#define NOW -1

/* The first choices of what to compare with; after them come the frame's revisions. */
enum { WITH_BEFORE, WITH_NOW, N_FIXED };
typedef enum { SHOW_DIFFERENCE, SHOW_BEFORE, SHOW_AFTER } Picture;

typedef struct
{
  gint64 frame, before, after;      /* id of a revision, or NOTHING or NOW */
  gint64 picture;                   /* Picture */
} Wanted;

struct _LwCompareView
{
  AdwBin parent_instance;
  GtkStack *stack;
  GtkLabel *title_label, *about_label, *states_label, *sum_label;
  GtkDropDown *with;
  GtkToggleButton *before_button, *after_button;
  GtkPicture *picture;
  LwPixelLine *pixel_line;
  GtkListBox *classes;
  GtkWidget *classes_scroller;
  GtkButton *restore_button;

  LwDesk *desk;
  GCancellable *running;
  LwRevisionItem *item;        /* NULL: none is selected */
  GListStore *others;          /* of the same frame; NULL until they were read */
  gboolean filling;            /* the choice is being made up, not made */
  Wanted asked;                /* last */
};

G_DEFINE_FINAL_TYPE (LwCompareView, lw_compare_view, ADW_TYPE_BIN)

/* ---- on a worker thread ---- */

typedef struct
{
  LwComparison change;
  LwPalette *palette;
  GBytes *rgb;
  int width, height;
} Compared;

static void
compared_free (gpointer data)
{
  Compared *compared = data;
  g_clear_pointer (&compared->palette, lw_palette_free);
  g_clear_pointer (&compared->rgb, g_bytes_unref);
  g_free (compared);
}

static LwPlanes *
load_state (LwProject *project, const Wanted *wanted, gint64 state, GError **error)
{
  if (state == NOW)
    return lw_project_load_planes (project, wanted->frame, NULL, error);
  if (state != NOTHING)
    return lw_project_load_revision (project, state, error);
  g_autoptr (LwFrame) frame = lw_project_get_frame (project, wanted->frame, error);
  return frame != NULL ? lw_planes_new (frame->width, frame->height) : NULL;
}

static void
put_photo_under (const LwImage *photo, Picture picture, const LwLabelMap *before, const LwLabelMap *after, guint8 *rgb)
{
  for (int y = 0; y < after->height; y++)
    for (int x = 0; x < after->width; x++, rgb += 3)
      {
        gboolean same = lw_label_map_get (before, x, y) == lw_label_map_get (after, x, y);
        lw_frame_photo_blend (photo, x, y, picture != SHOW_DIFFERENCE ? MAP_PART : same ? SAME_PART : CHANGED_PART, rgb);
      }
}

/* @photo: NULL: none could be read */
static GBytes *
draw (Picture picture, const LwLabelMap *before, const LwLabelMap *after, const LwPalette *palette, const LwImage *photo)
{
  gsize size = (gsize) after->width * (gsize) after->height * 3;
  guint8 *rgb = g_malloc (size);
  if (picture == SHOW_DIFFERENCE)
    lw_compare_draw (before, after, palette, rgb);
  else
    lw_compare_draw_one (picture == SHOW_BEFORE ? before : after, palette, rgb);
  if (photo != NULL)
    put_photo_under (photo, picture, before, after, rgb);
  return g_bytes_new_take (rgb, size);
}

static gpointer
compare (LwProject *project, gpointer data, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  const Wanted *wanted = data;
  g_autoptr (LwPalette) palette = lw_project_dup_palette (project, error);
  g_autoptr (LwPlanes) before = palette != NULL ? load_state (project, wanted, wanted->before, error) : NULL;
  g_autoptr (LwPlanes) after = before != NULL ? load_state (project, wanted, wanted->after, error) : NULL;
  if (after == NULL)
    return NULL;
  g_autoptr (LwFrame) frame = lw_project_get_frame (project, wanted->frame, NULL);
  g_autoptr (LwImage) photo = frame != NULL ? lw_frame_photo_read (project, frame, cancellable) : NULL;
  const LwLabelMap *old = before->plane[LW_PLANE_CLASS], *new = after->plane[LW_PLANE_CLASS];
  Compared *compared = g_new0 (Compared, 1);
  compared->width = new->width;
  compared->height = new->height;
  lw_compare_maps (old, new, &compared->change);
  compared->rgb = draw ((Picture) wanted->picture, old, new, palette, photo);
  compared->palette = g_steal_pointer (&palette);
  return compared;
}

/* ---- what it found ---- */

static GtkWidget *
create_number (const char *sign, guint64 pixels, const char *style)
{
  g_autofree char *count = lw_format_count (pixels), *text = g_strconcat (sign, count, NULL);
  GtkWidget *label = gtk_label_new (pixels > 0 ? text : "");
  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_label_set_width_chars (GTK_LABEL (label), 11);
  gtk_widget_add_css_class (label, "numeric");
  gtk_widget_add_css_class (label, style);
  return label;
}

static GtkWidget *
create_class_row (const LwPalette *palette, int id, guint64 lost, guint64 gained)
{
  const LwClass *class = id != LW_LABEL_NONE ? lw_palette_find_id (palette, (guint8) id) : NULL;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9), *swatch = lw_swatch_new (14);
  GtkWidget *name = gtk_label_new (class != NULL ? class->name : id == LW_LABEL_NONE ? _("Not labelled") : _("Unknown class"));
  GtkWidget *row = gtk_list_box_row_new ();
  lw_swatch_set_rgb (LW_SWATCH (swatch), class != NULL ? class->rgb : (const guint8[3]) { 0, 0, 0 });
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_box_append (GTK_BOX (box), swatch);
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), create_number ("−", lost, "error"));
  gtk_box_append (GTK_BOX (box), create_number ("+", gained, "success"));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  return row;
}

static void
show_classes (LwCompareView *self, const Compared *compared)
{
  lw_list_clear (self->classes);
  for (int id = 0; id < 256; id++)
    if (compared->change.lost[id] + compared->change.gained[id] > 0)
      gtk_list_box_append (self->classes, create_class_row (compared->palette, id, compared->change.lost[id], compared->change.gained[id]));
  gtk_widget_set_visible (self->classes_scroller, compared->change.changed > 0);
}

static void
show_compared (gpointer owner, gpointer found, gpointer wanted)
{
  LwCompareView *self = owner;
  const Compared *compared = found;
  double pixels = (double) compared->width * compared->height;
  g_autoptr (GdkTexture) texture = gdk_memory_texture_new (compared->width, compared->height, GDK_MEMORY_R8G8B8, compared->rgb, (gsize) compared->width * 3);
  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
  g_autofree char *count = lw_format_count (compared->change.changed), *share = lw_format_percent ((double) compared->change.changed, pixels);
  g_autofree char *text = g_strdup_printf (_("%s pixels changed (%s)"), count, share);
  gtk_label_set_label (self->sum_label, compared->change.changed > 0 ? text : _("The labels are the same"));
  show_classes (self, compared);
  const Wanted *states = wanted;
  gint64 shown = states->picture == SHOW_BEFORE ? states->before : states->after;
  gboolean known = states->picture != SHOW_BEFORE || shown != NOTHING;
  lw_pixel_line_set_state (self->pixel_line, states->frame, shown == NOW ? 0 : shown, known ? compared->width : 0, compared->height);
}

/* What is on show is of other states: it must not be taken for these. */
static void
show_nothing (gpointer owner, const GError *error, gpointer wanted)
{
  LwCompareView *self = owner;
  if (self->item == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || memcmp (wanted, &self->asked, sizeof self->asked) != 0)
    return;
  gtk_picture_set_paintable (self->picture, NULL);
  gtk_label_set_label (self->sum_label, _("These labels can’t be read. “Check” says what is wrong with the project."));
  gtk_widget_set_visible (self->classes_scroller, FALSE);
  lw_pixel_line_set_state (self->pixel_line, 0, 0, 0, 0);
}

static const LwWork compare_work = { compare, compared_free, show_compared, N_("Could not compare the revisions"), show_nothing };

/* ---- what to compare ---- */

static void
describe_states (LwCompareView *self, gboolean with_now, LwRevisionItem *other, gboolean other_is_older)
{
  g_autofree char *own = lw_revision_item_dup_short (self->item), *theirs = other != NULL ? lw_revision_item_dup_short (other) : NULL, *text = NULL;
  if (with_now)
    text = g_strdup_printf (_("From %s to the labels now"), own);
  else if (other != NULL)
    text = g_strdup_printf (_("From %s to %s"), other_is_older ? theirs : own, other_is_older ? own : theirs);
  else if (lw_revision_item_get_revision (self->item)->parent == 0)
    text = g_strdup (_("The first revision of the frame: before it, nothing was labelled"));
  else
    text = g_strdup_printf (_("From the revision before it to %s"), own);
  gtk_label_set_label (self->states_label, text);
}

static Wanted *
choose_states (LwCompareView *self)
{
  const LwRevision *revision = lw_revision_item_get_revision (self->item);
  guint with = gtk_drop_down_get_selected (self->with);
  g_autoptr (LwRevisionItem) other = self->others != NULL && with >= N_FIXED && with != GTK_INVALID_LIST_POSITION
                                       ? g_list_model_get_item (G_LIST_MODEL (self->others), with - N_FIXED) : NULL;
  Wanted *wanted = g_new (Wanted, 1);
  *wanted = (Wanted) { revision->frame, revision->parent, revision->id, SHOW_DIFFERENCE };
  if (with == WITH_NOW)
    *wanted = (Wanted) { revision->frame, revision->id, NOW, SHOW_DIFFERENCE };
  else if (other != NULL)
    {
      gint64 id = lw_revision_item_get_revision (other)->id;
      *wanted = (Wanted) { revision->frame, MIN (id, revision->id), MAX (id, revision->id), SHOW_DIFFERENCE };
    }
  if (gtk_toggle_button_get_active (self->before_button))
    wanted->picture = SHOW_BEFORE;
  else if (gtk_toggle_button_get_active (self->after_button))
    wanted->picture = SHOW_AFTER;
  describe_states (self, with == WITH_NOW, other, wanted->after == revision->id);
  return wanted;
}

static void
start_comparing (LwCompareView *self)
{
  if (self->item == NULL || self->filling)
    return;
  Wanted *wanted = choose_states (self);
  self->asked = *wanted;
  lw_work_start (self->desk, self, &compare_work, wanted, g_free, lw_work_supersede (&self->running));
}

/* ---- what there is to compare with ---- */

static void
fill_choice (LwCompareView *self, GListStore *others)
{
  g_autoptr (GtkStringList) texts = gtk_string_list_new (NULL);
  guint n = others != NULL ? g_list_model_get_n_items (G_LIST_MODEL (others)) : 0;
  gtk_string_list_append (texts, _("The Revision Before It"));
  gtk_string_list_append (texts, _("The Labels Now"));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (LwRevisionItem) other = g_list_model_get_item (G_LIST_MODEL (others), i);
      gtk_string_list_take (texts, lw_revision_item_dup_short (other));
    }
  guint selected = gtk_drop_down_get_selected (self->with);
  self->filling = TRUE;
  g_set_object (&self->others, others);
  gtk_drop_down_set_model (self->with, G_LIST_MODEL (texts));
  gtk_drop_down_set_selected (self->with, selected < N_FIXED ? selected : WITH_BEFORE);
  self->filling = FALSE;
}

static void
show_others (gpointer owner, gpointer found, gpointer wanted)
{
  LwCompareView *self = owner;
  const LwRevisionQuery *query = wanted;
  if (self->item != NULL && lw_revision_item_get_revision (self->item)->frame == query->filter.frame)
    fill_choice (self, ((LwRevisionsFound *) found)->items);
}

static const LwWork others_work = { lw_revision_list_find, (GDestroyNotify) lw_revisions_found_free, show_others, N_("Could not read the revisions") };

static void
read_others (LwCompareView *self, gint64 frame)
{
  LwRevisionQuery *query = g_new0 (LwRevisionQuery, 1);
  query->filter = (LwRevisionFilter) { .frame = frame, .kind = -1 };
  fill_choice (self, NULL);
  lw_work_start (self->desk, self, &others_work, query, (GDestroyNotify) lw_revision_query_free, NULL);
}

void
lw_compare_view_show (LwCompareView *self, LwRevisionItem *item)
{
  gint64 before = self->item != NULL ? lw_revision_item_get_revision (self->item)->frame : 0;
  g_set_object (&self->item, item);
  gtk_stack_set_visible_child_name (self->stack, item != NULL ? "revision" : "none");
  if (item == NULL)
    {
      lw_work_cancel (&self->running);
      return;
    }
  const LwRevision *revision = lw_revision_item_get_revision (item);
  g_autofree char *title = lw_revision_item_dup_title (item), *time = lw_format_time (revision->created);
  g_autofree char *about = g_strdup_printf ("%s · %s · %.8s · %s", time, revision->author, revision->uuid, lw_revision_item_get_frame (item));
  gtk_label_set_label (self->title_label, title);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title_label), title);
  gtk_label_set_label (self->about_label, about);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->about_label), about);
  gtk_widget_set_sensitive (GTK_WIDGET (self->restore_button), !lw_desk_is_read_only (self->desk));
  if (revision->frame != before)
    read_others (self, revision->frame);
  start_comparing (self);
}

static void
on_picture_toggled_cb (LwCompareView *self, GtkToggleButton *button)
{
  if (gtk_toggle_button_get_active (button))
    start_comparing (self);
}

/* ---- the way back ---- */

static gpointer
restore (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  LwRestored *restored = g_new0 (LwRestored, 1);
  if (lw_project_restore_revision (project, *(gint64 *) wanted, restored, error))
    return restored;
  g_free (restored);
  return NULL;
}

static void
show_restored (gpointer owner, gpointer found, gpointer wanted)
{
  LwCompareView *self = owner;
  const LwRestored *restored = found;
  gtk_widget_set_sensitive (GTK_WIDGET (self->restore_button), TRUE);
  if (restored->step == 0)
    lw_toast (GTK_WIDGET (self), _("The labels are those of this revision already"));
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "steps.did", "(xs)", restored->step, _("The labels are those of the revision again"));
}

static const LwWork restore_work = { restore, g_free, show_restored, N_("Could not restore the revision") };

static void
on_restore_clicked_cb (LwCompareView *self)
{
  gint64 id = lw_revision_item_get_revision (self->item)->id;
  lw_work_start (self->desk, self, &restore_work, g_memdup2 (&id, sizeof id), g_free, NULL);
}

void
lw_compare_view_set_desk (LwCompareView *self, LwDesk *desk)
{
  self->desk = g_object_ref (desk);
  lw_pixel_line_watch (self->pixel_line, self->picture, desk);
  fill_choice (self, NULL);
}

static void
lw_compare_view_dispose (GObject *object)
{
  LwCompareView *self = LW_COMPARE_VIEW (object);
  lw_work_cancel (&self->running);
  self->filling = TRUE;
  adw_bin_set_child (ADW_BIN (self), NULL);      /* it is bound: the template would free it behind the bin's back */
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_COMPARE_VIEW);
  g_clear_object (&self->item);
  g_clear_object (&self->others);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_compare_view_parent_class)->dispose (object);
}

static void
lw_compare_view_class_init (LwCompareViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_compare_view_dispose;
  g_type_ensure (LW_TYPE_PIXEL_LINE);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/project/compare-view.ui");
  gtk_widget_class_bind_template_child (widget_class, LwCompareView, stack);
  gtk_widget_class_bind_template_child (widget_class, LwCompareView, title_label);
  gtk_widget_class_bind_template_child (widget_class, LwCompareView, about_label);
  gtk_widget_class_bind_template_child (widget_class, LwCompareView, states_label);
  gtk_widget_class_bind_template_child (widget_class, LwCompareView, sum_label);
  gtk_widget_class_bind_template_child (widget_class, LwCompareView, with);
  gtk_widget_class_bind_template_child (widget_class, LwCompareView, before_button);
  gtk_widget_class_bind_template_child (widget_class, LwCompareView, after_button);
  gtk_widget_class_bind_template_child (widget_class, LwCompareView, picture);
  gtk_widget_class_bind_template_child (widget_class, LwCompareView, pixel_line);
  gtk_widget_class_bind_template_child (widget_class, LwCompareView, classes);
  gtk_widget_class_bind_template_child (widget_class, LwCompareView, classes_scroller);
  gtk_widget_class_bind_template_child (widget_class, LwCompareView, restore_button);
  gtk_widget_class_bind_template_callback (widget_class, start_comparing);
  gtk_widget_class_bind_template_callback (widget_class, on_picture_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_restore_clicked_cb);
}

static void
lw_compare_view_init (LwCompareView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
