/* merge.c: frame by frame, what another copy has that this one has not */
#include "config.h"
#include "store/merge/merge-private.h"

#include <glib/gi18n-lib.h>
#include "label/compare.h"
#include "label/regions.h"
#include "label/three-way.h"
#include "store/journal/steps.h"
#include "store/journal/strokes.h"
#include "store/past.h"
#include "store/project/audit.h"
#include "store/revisions/replay.h"
#include "store/revisions/revisions.h"

static void
region_free (gpointer data)
{
  g_free (((LwMergeRegion *) data)->frame);
  g_free (data);
}

void
lw_merge_report_clear (LwMergeReport *report)
{
  g_clear_pointer (&report->regions, g_ptr_array_unref);
  g_clear_pointer (&report->agreement, lw_confusion_free);
}

typedef struct {
  LwProject *ours, *theirs;
  LwDb *there;                 /* one view of the other copy for the whole merge */
  LwMergeIds ids;
  LwMergeChoose choose;
  gpointer choose_data;
  LwMergeReport *report;
  gboolean writing;            /* FALSE: the first pass, which only finds out */
  guint undecided;
  guint8 author;
  GHashTable *our_acts, *their_acts;      /* name of a frame → gint64 *: when its status was last set by hand */
} Merge;

/* A frame in both copies. */
typedef struct {
  LwFrameHead our, their;
  char *name;
  GPtrArray *our_strokes, *their_strokes;      /* uuids */
  guint common;                /* strokes that both journals begin with */
  gint64 base;                 /* of their strokes, those that are in ours already, by a merge before or as a beginning */
} Frame;

static void
frame_clear (Frame *frame)
{
  g_free (frame->name);
  g_clear_pointer (&frame->our_strokes, g_ptr_array_unref);
  g_clear_pointer (&frame->their_strokes, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Frame, frame_clear)

/* ---- how far the two went together ---- */

static GPtrArray *
list_strokes (LwDb *db, gint64 frame, GError **error)
{
  g_autoptr(GPtrArray) uuids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT uuid FROM stroke WHERE frame = ? ORDER BY seq", "I", frame);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    g_ptr_array_add (uuids, lw_query_dup_text (query, 0));
  return got == 0 ? g_steal_pointer (&uuids) : NULL;
}

static gboolean
find_base (LwDb *here, Frame *frame, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (here, error, "SELECT stroke FROM merged_head WHERE frame = ?", "I", frame->our.id);
  g_autoptr(GHashTable) merged = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    g_hash_table_add (merged, lw_query_dup_text (query, 0));
  while (frame->common < frame->our_strokes->len && frame->common < frame->their_strokes->len
         && g_str_equal (frame->our_strokes->pdata[frame->common], frame->their_strokes->pdata[frame->common]))
    frame->common++;
  frame->base = frame->common;
  for (guint i = frame->common; i < frame->their_strokes->len; i++)
    if (g_hash_table_contains (merged, frame->their_strokes->pdata[i]))
      frame->base = i + 1;
  return got == 0;
}

/* As lw_query_step(): 0 where the frame is not in this copy */
static int
read_frame (Merge *self, gint64 theirs, Frame *frame, GError **error)
{
  g_autoptr(LwDb) here = lw_project_read (self->ours, error);
  g_autofree char *uuid = here != NULL ? lw_db_get_text (self->there, error, "SELECT uuid FROM frame WHERE id = ?", "I", theirs) : NULL;
  gint64 id;
  int got = uuid != NULL ? lw_db_get (here, &id, error, "SELECT id FROM frame WHERE uuid = ?", "s", uuid) : -1;
  if (got <= 0)
    return got;
  frame->name = lw_db_get_text (here, NULL, "SELECT name FROM frame WHERE id = ?", "I", id);
  if (!lw_db_begin_read (here, error) || !lw_frame_head_read (here, id, &frame->our, error) || !lw_frame_head_read (self->there, theirs, &frame->their, error)
      || (frame->our_strokes = list_strokes (here, id, error)) == NULL || (frame->their_strokes = list_strokes (self->there, theirs, error)) == NULL
      || !find_base (here, frame, error))
    return -1;
  if (frame->our.width == frame->their.width && frame->our.height == frame->their.height)
    return 1;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("The frame “%s” has another size in the other copy"), frame->name);
  return -1;
}

/* ---- their strokes, appended ---- */

typedef struct { Merge *merge; const Frame *frame; LwStroke *stroke; gint64 undone, diff; LwWorkingChange change; } Append;

static gboolean
write_appended (LwDb *db, gpointer data, GError **error)
{
  const Append *self = data;
  LwFrameHead head = self->frame->our;
  head.seq = self->stroke->base_seq;
  return lw_frame_head_check (db, &head, error) && lw_stroke_write (db, &head, self->stroke, self->undone, self->diff, &self->change, error);
}

static gboolean
append (LwDb *db, gpointer data, GError **error)
{
  Append *self = data;
  LwFrameHead head;
  if (self->stroke->undoes != NULL
      && (lw_db_get (db, &self->undone, error, "SELECT id FROM stroke WHERE uuid = ?", "s", self->stroke->undoes) < 0
          || lw_db_get (db, &self->diff, error, "SELECT diff FROM stroke WHERE uuid = ?", "s", self->stroke->undoes) < 0))
    return FALSE;
  gboolean done = lw_frame_head_read (db, self->frame->our.id, &head, error) && lw_working_prepare (db, &head, self->stroke->diff, &self->change, error)
                  && lw_db_transact (db, write_appended, self, error);
  lw_working_change_clear (&self->change);
  return done;
}

static LwStroke *
make_stroke (const Merge *self, const Frame *frame, LwQuery *query, LwPlanes *raw, LwPlanes *mapped, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(GBytes) packed = lw_query_dup_blob (query, 6);
  g_autoptr(LwDiff) diff = packed != NULL ? lw_diff_decode (packed, frame->their.width, frame->their.height, &local) : NULL;
  if (diff == NULL)
    {
      lw_db_damaged (self->there, error, local != NULL ? local->message : "a stroke without what it changed");
      return NULL;
    }
  lw_diff_apply (diff, raw);
  g_autoptr(LwPlanes) after = lw_planes_copy (raw);
  lw_merge_remap (after, &self->ids);
  g_autoptr(LwDiff) ours = lw_diff_between (mapped, after);
  lw_diff_apply (ours, mapped);
  g_autofree char *uuid = lw_query_dup_text (query, 0), *undoes = lw_query_dup_text (query, 1), *tool = lw_query_dup_text (query, 2);
  LwStrokeInfo info = { .uuid = uuid, .undoes = undoes, .tool = tool, .origin = self->ids.table[LW_PLANE_ORIGIN][lw_query_int (query, 3, 0, 254)],
                        .base_seq = sqlite3_column_int64 (query, 7) - 1 };
  LwStroke *stroke = lw_stroke_new (frame->our.id, &info, ours);
  stroke->actor = lw_query_dup_text (query, 4);
  stroke->created = sqlite3_column_int64 (query, 5);
  return stroke;
}

static gboolean
append_strokes (Merge *self, const Frame *frame, GError **error)
{
  g_autoptr(LwPlanes) raw = lw_replay_planes (self->there, &frame->their, frame->common, error), mapped = raw != NULL ? lw_planes_copy (raw) : NULL;
  if (raw == NULL)
    return FALSE;
  lw_merge_remap (mapped, &self->ids);
  g_autoptr(LwQuery) query = lw_db_query (self->there, error,
                                          "SELECT stroke.uuid, taken.uuid, stroke.tool, stroke.author, ifnull ((SELECT uuid FROM person WHERE id = stroke.person), stroke.actor), stroke.created, diff.data, stroke.seq FROM stroke"
                                          " JOIN diff ON diff.id = stroke.diff LEFT JOIN stroke AS taken ON taken.id = stroke.undoes"
                                          " WHERE stroke.frame = ? AND stroke.seq > ? ORDER BY stroke.seq", "II", frame->their.id, (gint64) frame->common);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      g_autoptr(LwStroke) stroke = make_stroke (self, frame, query, raw, mapped, error);
      Append work = { .merge = self, .frame = frame, .stroke = stroke };
      if (stroke == NULL || !lw_project_write (self->ours, append, &work, error))
        return FALSE;
      self->report->strokes++;
    }
  return got == 0;
}

/* ---- both sides put together ---- */

static gint64
last_painted (LwDb *db, gint64 frame, gint64 after, LwRect box)
{
  gint64 at = 0;
  lw_db_get (db, &at, NULL, "SELECT max (created) FROM stroke WHERE frame = ? AND seq > ? AND x < ? AND x + width > ? AND y < ? AND y + height > ?", "IIiiii", frame,
             after, box.x + box.width, box.x, box.y + box.height, box.y);
  return at;
}

/* The class that most pixels of the region have. */
static guint8
find_most (const LwRegion *region, guint32 id, const guint32 *ids, const LwPlanes *planes)
{
  const LwLabelMap *map = planes->plane[LW_PLANE_CLASS];
  guint32 counts[256] = { 0 };
  int most = 0;
  for (int y = region->bbox.y; y < region->bbox.y + region->bbox.height; y++)
    for (int x = region->bbox.x; x < region->bbox.x + region->bbox.width; x++)
      counts[lw_label_map_get (map, x, y)] += ids[(gsize) y * (gsize) map->width + (gsize) x] == id;
  for (int i = 1; i < 256; i++)
    most = counts[i] > counts[most] ? i : most;
  return (guint8) most;
}

static int
decide (Merge *self, const Frame *frame, const LwRegion *found, guint8 ours, guint8 theirs, GError **error)
{
  g_autoptr(LwDb) here = lw_project_read (self->ours, error);
  if (here == NULL)
    return -2;
  LwMergeRegion *region = g_new (LwMergeRegion, 1);
  *region = (LwMergeRegion) {
    .frame = g_strdup (frame->name), .box = found->bbox, .pixels = found->pixels, .x = found->seed_x, .y = found->seed_y,
    .ours = ours, .theirs = theirs,
    .ours_at = last_painted (here, frame->our.id, frame->common, found->bbox), .theirs_at = last_painted (self->there, frame->their.id, frame->base, found->bbox),
  };
  region->taken = self->choose (region, self->choose_data);
  int taken = region->taken;
  self->undecided += taken < 0;
  if (self->writing)
    region_free (region);      /* told in the first pass */
  else
    g_ptr_array_add (self->report->regions, region);
  return taken;
}

static void
take_region (const LwRegion *region, guint32 id, const guint32 *ids, const LwPlanes *theirs, LwPlanes *result)
{
  int width = result->plane[0]->width;
  for (int y = region->bbox.y; y < region->bbox.y + region->bbox.height; y++)
    for (int x = region->bbox.x; x < region->bbox.x + region->bbox.width; x++)
      if (ids[(gsize) y * (gsize) width + (gsize) x] == id)
        for (int plane = 0; plane < LW_N_PLANES; plane++)
          lw_label_map_row (result->plane[plane], y)[x] = lw_label_map_get (theirs->plane[plane], x, y);
}

static gboolean
resolve (Merge *self, const Frame *frame, const LwPlanes *ours, const LwPlanes *theirs, const LwLabelMap *conflicts, LwPlanes *result, GError **error)
{
  g_autofree guint32 *ids = g_new (guint32, (gsize) conflicts->width * (gsize) conflicts->height);
  g_autoptr(GArray) regions = lw_regions_find (conflicts, ids);
  for (guint32 i = 0; i < regions->len; i++)
    {
      const LwRegion *region = &g_array_index (regions, LwRegion, i);
      int taken = region->class_id != LW_LABEL_NONE ? decide (self, frame, region, find_most (region, i, ids, ours), find_most (region, i, ids, theirs), error) : 0;
      if (taken == -2)
        return FALSE;
      if (taken == 1)
        take_region (region, i, ids, theirs, result);
    }
  return TRUE;
}

/* Returns: (transfer full): the two put together, and *@ours, what this copy has */
static LwPlanes *
combine (Merge *self, const Frame *frame, LwPlanes **ours, GError **error)
{
  g_autoptr(LwPlanes) base = lw_replay_planes (self->there, &frame->their, frame->base, error), theirs = base != NULL ? lw_working_load (self->there, &frame->their, error) : NULL;
  *ours = theirs != NULL ? lw_project_load_planes (self->ours, frame->our.id, NULL, error) : NULL;
  if (*ours == NULL)
    return NULL;
  lw_merge_remap (base, &self->ids);
  lw_merge_remap (theirs, &self->ids);
  g_autoptr(LwPlanes) result = lw_planes_new (frame->our.width, frame->our.height);
  g_autoptr(LwLabelMap) conflicts = lw_label_map_new (frame->our.width, frame->our.height);
  const LwLabelMap *a = (*ours)->plane[LW_PLANE_CLASS], *b = theirs->plane[LW_PLANE_CLASS];
  guint64 n = lw_three_way (base, *ours, theirs, result, conflicts);
  if (!self->writing)
    lw_confusion_add (self->report->agreement, a->labels, a->stride, b->labels, b->stride, a->width, a->height);
  return n == 0 || resolve (self, frame, *ours, theirs, conflicts, result, error) ? g_steal_pointer (&result) : NULL;
}

typedef struct {
  Merge *merge;
  const Frame *frame;
  const char *head_uuid;       /* their last stroke: merged up to here */
  LwFrameHead head;
  LwStroke *stroke;            /* NULL: nothing changes but that is known now */
  LwWorkingChange change;
  LwRevisionDraft draft;
} Together;

static gboolean
write_together (LwDb *db, gpointer data, GError **error)
{
  Together *self = data;
  if (!lw_frame_head_check (db, &self->head, error)
      || !lw_db_run (db, error, "INSERT OR IGNORE INTO merged_head (frame, stroke) VALUES (?, ?)", "Is", self->head.id, self->head_uuid))
    return FALSE;
  return self->stroke == NULL
         || (lw_stroke_write (db, &self->head, self->stroke, 0, 0, &self->change, error)
             && lw_revision_write (db, &self->head, &self->draft, self->head.seq + 1, LW_REVISION_MERGE, _("merged with another copy"), error) != 0
             && lw_audit_add (db, error, "merge", self->frame->name, "up to stroke %s", self->head_uuid));
}

static gboolean
put_together (LwDb *db, gpointer data, GError **error)
{
  Together *self = data;
  self->head = self->frame->our;
  return (self->stroke == NULL
          || (lw_working_prepare (db, &self->head, self->stroke->diff, &self->change, error)
              && lw_revision_prepare (db, &self->head, &self->change, &self->draft, error)))
         && lw_db_transact (db, write_together, self, error);
}

static gboolean
merge_both (Merge *self, const Frame *frame, GError **error)
{
  g_autoptr(LwPlanes) ours = NULL, result = combine (self, frame, &ours, error);
  if (result == NULL || !self->writing)
    return result != NULL;
  g_autoptr(LwDiff) diff = lw_diff_between (ours, result);
  g_autoptr(LwStroke) stroke = NULL;
  if (!lw_diff_is_empty (diff))
    stroke = lw_stroke_new (frame->our.id, &(LwStrokeInfo) { .tool = "merge", .origin = self->author, .base_seq = frame->our.seq }, diff);
  Together work = { .merge = self, .frame = frame, .head_uuid = frame->their_strokes->pdata[frame->their_strokes->len - 1], .stroke = stroke };
  gboolean done = lw_project_write (self->ours, put_together, &work, error);
  lw_working_change_clear (&work.change);
  lw_revision_draft_clear (&work.draft);
  return done;
}

/* ---- revisions ---- */

typedef struct { const Frame *frame; LwRevision *revision; LwPlanes *planes; gint64 id; } Bring;

static gboolean
bring (LwDb *db, gpointer data, GError **error)
{
  Bring *self = data;
  self->id = lw_revision_bring (db, &self->frame->our, self->revision, self->planes, error);
  return self->id != 0;
}

static gboolean
bring_one (Merge *self, const Frame *frame, LwRevision *revision, gboolean appended, GError **error)
{
  g_autoptr(LwDb) here = lw_project_read (self->ours, error);
  gint64 id;
  int known = here != NULL ? lw_db_get (here, &id, error, "SELECT id FROM revision WHERE uuid = ?", "s", revision->uuid) : -1;
  if (known != 0)
    return known > 0;
  g_autoptr(LwPlanes) planes = lw_revision_load (self->there, &frame->their, revision->id, error);
  if (planes == NULL)
    return FALSE;
  lw_merge_remap (planes, &self->ids);
  if (!appended && revision->seq > frame->common)
    revision->seq = -1;
  self->report->revisions++;
  return lw_project_transact (self->ours, bring, &(Bring) { frame, revision, planes, 0 }, error);
}

static gboolean
bring_revisions (Merge *self, const Frame *frame, gboolean appended, GError **error)
{
  g_autoptr(GPtrArray) revisions = lw_project_list_revisions (self->theirs, frame->their.id, error);
  for (guint i = revisions != NULL ? revisions->len : 0; i > 0; i--)      /* oldest first */
    if (!bring_one (self, frame, revisions->pdata[i - 1], appended, error))
      return FALSE;
  return revisions != NULL;
}

/* ---- status of a frame that only they worked on, or reviewed later ---- */

static GHashTable *
read_acts (LwDb *db, GError **error)
{
  g_autoptr(GHashTable) acts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT object, max (at) FROM audit WHERE action IN ('submit', 'accept', 'return', 'undo', 'redo') GROUP BY object", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 at = sqlite3_column_int64 (query, 1);
      g_hash_table_replace (acts, lw_query_dup_text (query, 0), g_memdup2 (&at, sizeof at));
    }
  return got == 0 ? g_steal_pointer (&acts) : NULL;
}

static gboolean
read_all_acts (Merge *self, GError **error)
{
  g_autoptr(LwDb) here = lw_project_read (self->ours, error);
  self->our_acts = here != NULL ? read_acts (here, error) : NULL;
  self->their_acts = self->our_acts != NULL ? read_acts (self->there, error) : NULL;
  return self->their_acts != NULL;
}

/* Their rows of the log come with a merge, so that a status is not taken twice. */
static gboolean
has_later_status (const Merge *self, const Frame *frame)
{
  const gint64 *ours = g_hash_table_lookup (self->our_acts, frame->name), *theirs = g_hash_table_lookup (self->their_acts, frame->name);
  return theirs != NULL && (ours == NULL || *theirs > *ours) && frame->our.status != frame->their.status;
}

typedef struct { gint64 frame; LwFrameStatus status; char *accepted; const char *name; } Status;

static gboolean
write_status (LwDb *db, gpointer data, GError **error)
{
  const Status *self = data;
  return lw_frame_set_status (db, self->frame, self->status, error)
         && lw_db_run (db, error, "UPDATE frame SET accepted = (SELECT id FROM revision WHERE uuid = ?) WHERE id = ?", "sI", self->accepted, self->frame)
         && lw_audit_add (db, error, "merge", self->name, "%s", lw_frame_status_get_nick (self->status));
}

static gboolean
take_status (Merge *self, const Frame *frame, GError **error)
{
  Status status = { frame->our.id, frame->their.status, NULL, frame->name };
  status.accepted = lw_db_get_text (self->there, NULL, "SELECT revision.uuid FROM frame JOIN revision ON revision.id = frame.accepted WHERE frame.id = ?", "I", frame->their.id);
  gboolean done = lw_project_transact (self->ours, write_status, &status, error);
  g_free (status.accepted);
  return done;
}

/* ---- all frames ---- */

/* A frame of which only revisions came is as it was. */
static gboolean
note_step (Merge *self, const Frame *frame, gint64 accepted, GError **error)
{
  g_autoptr(LwDb) here = lw_project_read (self->ours, error);
  LwFrameHead now;
  if (here == NULL || !lw_frame_head_read (here, frame->our.id, &now, error))
    return FALSE;
  return (now.seq == frame->our.seq && now.status == frame->our.status) || lw_merge_note_step (self->ours, &frame->our, accepted, &self->report->step, error);
}

static gint64
read_accepted (Merge *self, gint64 frame)
{
  gint64 accepted = 0;
  g_autoptr(LwDb) here = lw_project_read (self->ours, NULL);
  if (here != NULL)
    lw_db_get (here, &accepted, NULL, "SELECT accepted FROM frame WHERE id = ?", "I", frame);
  return accepted;
}

static gboolean
merge_frame (Merge *self, gint64 theirs, GError **error)
{
  g_auto(Frame) frame = { 0 };
  int got = read_frame (self, theirs, &frame, error);
  if (got <= 0)
    return got == 0;
  gboolean news = frame.base < frame.their_strokes->len, alone = frame.common == frame.our_strokes->len;
  gboolean status = alone && has_later_status (self, &frame);
  if (!self->writing)
    *(news || status ? alone ? &self->report->taken : &self->report->merged : &self->report->same) += 1;
  gint64 accepted = self->writing ? read_accepted (self, frame.our.id) : 0;
  if (news && !alone && !merge_both (self, &frame, error))
    return FALSE;
  if (!self->writing)
    return TRUE;
  if (news && alone && !append_strokes (self, &frame, error))
    return FALSE;
  return bring_revisions (self, &frame, alone, error) && (!status || take_status (self, &frame, error)) && note_step (self, &frame, accepted, error);
}

static gboolean
merge_frames (Merge *self, gboolean writing, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr(GPtrArray) frames = lw_project_list_frames (self->theirs, error);
  self->writing = writing;
  for (guint i = 0; frames != NULL && i < frames->len; i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !merge_frame (self, ((LwFrame *) frames->pdata[i])->id, error))
        return FALSE;
      if (progress != NULL)
        progress ((writing ? 0.5 : 0) + 0.5 * (i + 1) / frames->len, data);
    }
  return frames != NULL;
}

static char *
dup_uuid (LwProject *project)
{
  g_autoptr(LwDb) db = lw_project_read (project, NULL);
  return db != NULL ? lw_db_get_text (db, NULL, "SELECT value FROM meta WHERE key = 'uuid'", "") : NULL;
}

static gboolean
check_kin (LwProject *ours, LwProject *theirs, GError **error)
{
  g_autofree char *here = dup_uuid (ours), *there = dup_uuid (theirs);
  if (here != NULL && g_strcmp0 (here, there) == 0)
    return TRUE;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("“%s” is no copy or package of this project: only what came from one project can be merged"), theirs->folder);
  return FALSE;
}

static gboolean
take_snapshot (LwProject *project, GCancellable *cancellable, GError **error)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *when = g_date_time_format (now, "%Y-%m-%d %H:%M:%S"), *tail = g_strdup_printf ("%06d", g_date_time_get_microsecond (now));
  g_autofree char *name = g_strdup_printf ("before merge %s.%s", when, tail);
  return lw_project_add_snapshot (project, name, NULL, NULL, NULL, cancellable, error) != 0;
}

static gboolean
merge_all (Merge *self, gboolean dry, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  if (!read_all_acts (self, error) || !lw_merge_map_ids (self->ours, self->theirs, TRUE, &self->ids, error) || !merge_frames (self, FALSE, progress, data, cancellable, error))
    return FALSE;
  if (self->undecided > 0 && !dry)
    {
      g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_CONFLICT, _("%u regions were labelled differently in both copies, and nothing says which is right; nothing was changed"),
                   self->undecided);
      return FALSE;
    }
  if (dry)
    return TRUE;
  int author = lw_project_get_origin (self->ours, LW_ORIGIN_PERSON, NULL, 0, error);
  self->author = (guint8) author;
  if (author < 0)
    return FALSE;
  if (self->report->taken + self->report->merged > 0 && !take_snapshot (self->ours, cancellable, error))
    return FALSE;
  return lw_merge_persons (self->ours, self->theirs, error) && lw_merge_map_ids (self->ours, self->theirs, FALSE, &self->ids, error) && merge_frames (self, TRUE, progress, data, cancellable, error)
         && lw_merge_review (self->ours, self->there, error) && lw_merge_audit (self->ours, self->theirs, error);
}

gboolean
lw_project_load_merge (LwProject *self, LwProject *other, const char *frame_name, LwPlanes **ours, LwPlanes **theirs, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && LW_IS_PROJECT (other) && frame_name != NULL && ours != NULL && theirs != NULL, FALSE);

  LwMergeIds ids;
  LwFrameHead our, their;
  gint64 here_id = 0, there_id = 0;
  *ours = *theirs = NULL;
  g_autoptr(LwDb) here = lw_project_read (self, error), there = here != NULL ? lw_project_read (other, error) : NULL;
  if (there == NULL || lw_db_get (here, &here_id, error, "SELECT id FROM frame WHERE name = ?", "s", frame_name) < 0)
    return FALSE;
  g_autofree char *uuid = lw_db_get_text (here, NULL, "SELECT uuid FROM frame WHERE id = ?", "I", here_id);
  if (lw_db_get (there, &there_id, error, "SELECT id FROM frame WHERE uuid = ?", "s", uuid) < 0 || !lw_frame_head_read (here, here_id, &our, error)
      || !lw_frame_head_read (there, there_id, &their, error) || !lw_merge_map_ids (self, other, TRUE, &ids, error))
    return FALSE;
  g_autoptr(LwPlanes) a = lw_working_load (here, &our, error), b = a != NULL ? lw_working_load (there, &their, error) : NULL;
  if (b == NULL)
    return FALSE;
  lw_merge_remap (b, &ids);
  *ours = g_steal_pointer (&a);
  *theirs = g_steal_pointer (&b);
  return TRUE;
}

gboolean
lw_project_merge (LwProject *self, LwProject *other, LwMergeChoose choose, gpointer choose_data, gboolean dry, LwMergeReport *report, LwProgress progress,
                  gpointer data, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && LW_IS_PROJECT (other) && self != other && choose != NULL && report != NULL, FALSE);

  *report = (LwMergeReport) { .regions = g_ptr_array_new_with_free_func (region_free), .agreement = lw_confusion_new (255) };
  Merge merge = { .ours = self, .theirs = other, .choose = choose, .choose_data = choose_data, .report = report };
  if (!lw_project_check_writable (self, error) || !check_kin (self, other, error))
    return FALSE;
  g_autoptr(LwDb) there = lw_project_read (other, error);
  merge.there = there;
  gboolean done = there != NULL && lw_db_begin_read (there, error) && merge_all (&merge, dry, progress, data, cancellable, error);
  g_clear_pointer (&merge.our_acts, g_hash_table_unref);
  g_clear_pointer (&merge.their_acts, g_hash_table_unref);
  return done;
}
