/* test-frame-list.c: frames as a list: what changes is told, what stays is kept, and each is found */
#include "config.h"
#include "desk/frame-list.h"

static LwFrame *
frame_new (gint64 id, const char *name, gint64 media, guint ordinal, LwFrameStatus status)
{
  LwFrame *frame = g_new0 (LwFrame, 1);
  frame->id = id;
  frame->name = g_strdup (name);
  frame->uuid = g_strdup ("");
  frame->media = media;
  frame->ordinal = ordinal;
  frame->status = status;
  frame->pts = (gint64) ordinal * 40;      /* 25 a second */
  frame->tb_num = 1;
  frame->tb_den = 1000;
  return frame;
}

/* Ids first … first + n - 1 of one clip. */
static GPtrArray *
frames_new (gint64 first, guint n)
{
  GPtrArray *frames = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_frame_free);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("clip_%06u", (guint) first + i);
      g_ptr_array_add (frames, frame_new (first + i, name, 1, (guint) first + i, LW_FRAME_NEW));
    }
  return frames;
}

static LwFrameList *
list_new (guint n)
{
  LwFrameList *list = lw_frame_list_new ();
  g_autoptr (GPtrArray) frames = frames_new (0, n);
  lw_frame_list_set_frames (list, frames);
  return list;
}

static void
set_status (LwFrameList *list, gint64 id, LwFrameStatus status)
{
  g_autofree char *name = g_strdup_printf ("clip_%06d", (int) id);
  lw_frame_list_update (list, frame_new (id, name, 1, (guint) id, status));
}

typedef struct { guint calls, position, removed, added; } Change;

static void
on_items_changed_cb (GListModel *model, guint position, guint removed, guint added, Change *change)
{
  *change = (Change) { change->calls + 1, position, removed, added };
}

static void
test_difference (void)
{
  g_autoptr (LwFrameList) list = list_new (10);
  LwFrameObject *third = g_object_ref (lw_frame_list_get (list, 3));
  Change change = { 0 };
  g_autoptr (GPtrArray) more = frames_new (0, 14);
  g_autoptr (GPtrArray) fewer = frames_new (2, 5);
  g_signal_connect (list, "items-changed", G_CALLBACK (on_items_changed_cb), &change);

  lw_frame_list_set_frames (list, more);
  g_assert_cmpuint (change.calls, ==, 1);
  g_assert_cmpuint (change.position, ==, 10);
  g_assert_cmpuint (change.removed, ==, 0);
  g_assert_cmpuint (change.added, ==, 4);
  g_assert_true (lw_frame_list_get (list, 3) == third);

  lw_frame_list_set_frames (list, fewer);
  g_assert_cmpuint (lw_frame_list_get_n (list), ==, 5);
  g_assert_true (lw_frame_list_get (list, 1) == third);
  g_assert_cmpuint (lw_frame_list_find_id (list, 3), ==, 1);
  g_assert_cmpuint (lw_frame_list_find_id (list, 11), ==, LW_FRAME_LIST_NONE);
  g_object_unref (third);
}

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
test_update (void)
{
  g_autoptr (LwFrameList) list = list_new (5);
  guint notified = 0, changed = 0;
  g_signal_connect_swapped (lw_frame_list_get (list, 2), "notify::status", G_CALLBACK (count_cb), &notified);
  g_signal_connect_swapped (list, "status-changed", G_CALLBACK (count_cb), &changed);
  set_status (list, 2, LW_FRAME_ACCEPTED);
  g_assert_cmpuint (notified, ==, 1);
  g_assert_cmpuint (changed, ==, 1);
  g_assert_cmpuint (lw_frame_list_count (list, LW_FRAME_ACCEPTED), ==, 1);
  g_assert_cmpuint (lw_frame_list_count (list, LW_FRAME_NEW), ==, 4);
  set_status (list, 2, LW_FRAME_ACCEPTED);      /* the same again is no news of the status */
  g_assert_cmpuint (notified, ==, 1);
  set_status (list, 99, LW_FRAME_ACCEPTED);     /* no such frame */
  g_assert_cmpuint (lw_frame_list_count (list, LW_FRAME_ACCEPTED), ==, 1);
}

static void
test_find_new (void)
{
  g_autoptr (LwFrameList) list = list_new (4);
  g_autoptr (LwFrameList) empty = lw_frame_list_new ();
  set_status (list, 1, LW_FRAME_IN_PROGRESS);
  g_assert_cmpuint (lw_frame_list_find_new (list, 0, 1), ==, 2);
  g_assert_cmpuint (lw_frame_list_find_new (list, 2, -1), ==, 0);
  g_assert_cmpuint (lw_frame_list_find_new (list, 3, 1), ==, 0);      /* round the end */
  g_assert_cmpuint (lw_frame_list_find_new (list, 0, -1), ==, 3);
  g_assert_cmpuint (lw_frame_list_find_new (empty, LW_FRAME_LIST_NONE, 1), ==, LW_FRAME_LIST_NONE);
  for (gint64 id = 0; id < 4; id++)
    set_status (list, id, LW_FRAME_ACCEPTED);
  g_assert_cmpuint (lw_frame_list_find_new (list, 0, 1), ==, LW_FRAME_LIST_NONE);
}

static void
test_find_text (void)
{
  g_autoptr (LwFrameList) list = list_new (2000);
  const struct { const char *text; guint from, found; } cases[] = {
    { "clip_000012", 0, 12 },   { " CLIP_000012 ", 5, 12 }, { "#12", 0, 11 },     { "12", 0, 11 },
    { "0012", 0, 11 },          { "p_000012", 0, 12 },      { "12s", 0, 300 },    { "0:12", 0, 300 },
    { "1:02.5", 7, 1562 },      { "0:00:02", 0, 50 },       { "9:59", 0, 1999 },  { "99999", 0, LW_FRAME_LIST_NONE },
    { "#0", 0, LW_FRAME_LIST_NONE }, { "", 0, LW_FRAME_LIST_NONE }, { "nothing", 0, LW_FRAME_LIST_NONE }, { "1:x", 0, LW_FRAME_LIST_NONE },
    { "clip", 4, 5 },           { "clip", 1999, 0 },        { "12.5", 0, 312 },    { "12.x", 0, LW_FRAME_LIST_NONE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("“%s” from %u", cases[i].text, cases[i].from);
      g_assert_cmpuint (lw_frame_list_find_text (list, cases[i].text, cases[i].from), ==, cases[i].found);
    }
}

static void
test_time (void)
{
  LwFrame frame = { .pts = 62480, .tb_num = 1, .tb_den = 1000 };
  g_autofree char *text = lw_frame_dup_time (&frame);
  g_assert_cmpstr (text, ==, "1:02.480");
  frame.pts = G_MININT64;
  g_assert_null (lw_frame_dup_time (&frame));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame-list/difference", test_difference);
  g_test_add_func ("/frame-list/update", test_update);
  g_test_add_func ("/frame-list/find-new", test_find_new);
  g_test_add_func ("/frame-list/find-text", test_find_text);
  g_test_add_func ("/frame-list/time", test_time);
  return g_test_run ();
}
