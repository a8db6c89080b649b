/* presence.c: the places in windows.lock, taken, written and read by a thread of each window */
#include "config.h"
#include "store/presence.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/author.h"
#include "store/database/byte-locks.h"

#define N_PLACES 64                /* more windows than this on one project aren't told of each other */
#define PLACE_BYTES 512
#define SUM_CHARS 8
#define POLL_US (G_USEC_PER_SEC / 2)

/* ---- visitors ---- */

static LwVisitor *
visitor_copy (const LwVisitor *visitor)
{
  LwVisitor *copy = g_new (LwVisitor, 1);
  *copy = (LwVisitor) { g_strdup (visitor->person), g_strdup (visitor->name), visitor->frame, visitor->since };
  return copy;
}

void
lw_visitor_free (LwVisitor *visitor)
{
  g_free (visitor->person);
  g_free (visitor->name);
  g_free (visitor);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwVisitor, lw_visitor_free)

static GPtrArray *
visitors_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) lw_visitor_free);
}

static int
compare_visitors (gconstpointer a, gconstpointer b)
{
  const LwVisitor *first = *(const LwVisitor *const *) a, *second = *(const LwVisitor *const *) b;
  return first->since != second->since ? (first->since > second->since) - (first->since < second->since) : g_strcmp0 (first->person, second->person);
}

static gboolean
same_visitors (const GPtrArray *a, const GPtrArray *b)
{
  gboolean same = a->len == b->len;
  for (guint i = 0; same && i < a->len; i++)
    {
      const LwVisitor *first = a->pdata[i], *second = b->pdata[i];
      same = first->frame == second->frame && first->since == second->since && g_str_equal (first->person, second->person) && g_str_equal (first->name, second->name);
    }
  return same;
}

/* ---- a place: "SUM FRAME SINCE PERSON NAME", zeros to its end ---- */

static char *
sum_of (const char *text)
{
  char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  sum[SUM_CHARS] = '\0';
  return sum;
}

static void
write_place (const LwVisitor *visitor, char bytes[PLACE_BYTES])
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s %s", visitor->frame, visitor->since, visitor->person, visitor->name);
  gsize room = PLACE_BYTES - SUM_CHARS - 2;
  if (strlen (text) > room)
    *g_utf8_find_prev_char (text, text + room + 1) = '\0';
  g_autofree char *sum = sum_of (text);
  memset (bytes, 0, PLACE_BYTES);
  g_snprintf (bytes, PLACE_BYTES, "%s %s", sum, text);
}

/* A name is shown in one line. */
static char *
clean_name (const char *name)
{
  char *clean = g_utf8_make_valid (name, -1);
  for (char *at = clean; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      *at = ' ';
  return g_strstrip (clean);
}

/* NULL: nobody, or half of what is being written just now. What another program wrote is not believed further than it must be. */
static LwVisitor *
read_place (const char bytes[PLACE_BYTES])
{
  g_autofree char *text = g_strndup (bytes, PLACE_BYTES);
  if (strlen (text) <= SUM_CHARS + 1)
    return NULL;
  g_autofree char *sum = sum_of (text + SUM_CHARS + 1);
  g_auto(GStrv) parts = g_strsplit (text, " ", 5);
  gint64 now = g_get_real_time (), frame, since;
  if (g_strv_length (parts) != 5 || !g_str_equal (parts[0], sum) || !g_uuid_string_is_valid (parts[3])
      || !g_ascii_string_to_signed (parts[1], 10, 1, G_MAXINT64, &frame, NULL) || !g_ascii_string_to_signed (parts[2], 10, 0, G_MAXINT64, &since, NULL))
    return NULL;
  g_autofree char *name = clean_name (parts[4]);
  return visitor_copy (&(LwVisitor) { parts[3], name, frame, MIN (since, now) });
}

/* ---- the thread ---- */

/* Shared by the object and its thread. */
typedef struct {
  gatomicrefcount refs;
  GMainContext *context;
  GWeakRef presence;
  char *path;
  GMutex lock;
  GCond wake;
  gboolean stopping, poked, writing;      /* @writing: @self has to be written again */
  LwVisitor self;
  GPtrArray *others;                      /* of LwVisitor */
  int fd, place;                          /* of the thread: the file and the place in it; -1: none */
  guint64 device, inode;
} Watch;

static void
watch_unref (Watch *watch)
{
  if (!g_atomic_ref_count_dec (&watch->refs))
    return;
  g_main_context_unref (watch->context);
  g_weak_ref_clear (&watch->presence);
  g_mutex_clear (&watch->lock);
  g_cond_clear (&watch->wake);
  g_ptr_array_unref (watch->others);
  g_free (watch->path);
  g_free (watch->self.person);
  g_free (watch->self.name);
  g_free (watch);
}

static void
leave (Watch *watch)
{
  static const char nothing[PLACE_BYTES];
  if (watch->place >= 0 && pwrite (watch->fd, nothing, sizeof nothing, (off_t) watch->place * PLACE_BYTES) < 0)
    g_debug ("could not empty a place in “%s”: %s", watch->path, g_strerror (errno));
  if (watch->fd >= 0)
    close (watch->fd);
  watch->fd = watch->place = -1;
}

/* The drive may have come back as another one. */
static gboolean
is_same_file (const Watch *watch)
{
  struct stat info;
  return stat (watch->path, &info) == 0 && info.st_dev == watch->device && info.st_ino == watch->inode;
}

static gboolean
enter (Watch *watch)
{
  struct stat info;
  if (watch->fd >= 0 && is_same_file (watch))
    return TRUE;
  leave (watch);
  watch->fd = open (watch->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
  if (watch->fd < 0)
    return FALSE;
  if (fstat (watch->fd, &info) == 0 && S_ISREG (info.st_mode))
    {
      watch->device = info.st_dev;
      watch->inode = info.st_ino;
      for (int i = 0; i < N_PLACES && watch->place < 0; i++)
        if (lw_byte_lock (watch->fd, i, FALSE))
          watch->place = i;
    }
  watch->writing = TRUE;
  return TRUE;
}

/* With the lock held. */
static void
write_self (Watch *watch)
{
  char bytes[PLACE_BYTES] = { 0 };
  if (!watch->writing || watch->place < 0)
    return;
  if (watch->self.frame != 0)
    write_place (&watch->self, bytes);
  watch->writing = pwrite (watch->fd, bytes, sizeof bytes, (off_t) watch->place * PLACE_BYTES) != sizeof bytes;      /* a full disk: again later */
}

static GPtrArray *
read_others (const Watch *watch)
{
  GPtrArray *others = visitors_new ();
  char bytes[PLACE_BYTES];
  for (int i = 0; i < N_PLACES && pread (watch->fd, bytes, sizeof bytes, (off_t) i * PLACE_BYTES) == sizeof bytes; i++)
    {
      LwVisitor *visitor = i != watch->place ? read_place (bytes) : NULL;
      if (visitor != NULL && lw_byte_is_locked (watch->fd, i))
        g_ptr_array_add (others, visitor);
      else if (visitor != NULL)
        lw_visitor_free (visitor);
    }
  g_ptr_array_sort (others, compare_visitors);
  return others;
}

static gboolean
tell_cb (gpointer data)
{
  g_autoptr(LwPresence) presence = g_weak_ref_get (&((Watch *) data)->presence);
  if (presence != NULL)
    g_signal_emit_by_name (presence, "changed");
  return G_SOURCE_REMOVE;
}

static void
tell (Watch *watch)
{
  g_autoptr(GSource) source = g_idle_source_new ();
  g_atomic_ref_count_inc (&watch->refs);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, tell_cb, watch, (GDestroyNotify) watch_unref);
  g_source_attach (source, watch->context);
}

/* With the lock held. */
static void
take_others (Watch *watch, GPtrArray *others)
{
  gboolean news = !same_visitors (others, watch->others);
  g_ptr_array_unref (watch->others);
  watch->others = others;
  if (news)
    tell (watch);
}

static gpointer
watch_in_thread (gpointer data)
{
  Watch *watch = data;
  g_mutex_lock (&watch->lock);
  while (!watch->stopping)
    {
      watch->poked = FALSE;
      g_mutex_unlock (&watch->lock);
      gboolean there = enter (watch);
      g_mutex_lock (&watch->lock);
      if (there)
        write_self (watch);
      g_mutex_unlock (&watch->lock);
      GPtrArray *others = there ? read_others (watch) : visitors_new ();
      g_mutex_lock (&watch->lock);
      take_others (watch, others);
      if (!watch->poked && !watch->stopping)
        g_cond_wait_until (&watch->wake, &watch->lock, g_get_monotonic_time () + POLL_US);
    }
  g_mutex_unlock (&watch->lock);
  leave (watch);
  watch_unref (watch);
  return NULL;
}

/* ---- the object ---- */

struct _LwPresence {
  GObject parent_instance;
  Watch *watch;
  GThread *thread;
};

G_DEFINE_FINAL_TYPE (LwPresence, lw_presence, G_TYPE_OBJECT)

static void
wake (Watch *watch)
{
  watch->poked = TRUE;
  g_cond_signal (&watch->wake);
}

/* Nobody waits for the thread: the disk may be slow. */
static void
lw_presence_finalize (GObject *object)
{
  LwPresence *self = LW_PRESENCE (object);
  g_mutex_lock (&self->watch->lock);
  self->watch->stopping = TRUE;
  wake (self->watch);
  g_mutex_unlock (&self->watch->lock);
  g_thread_unref (self->thread);
  watch_unref (self->watch);
  G_OBJECT_CLASS (lw_presence_parent_class)->finalize (object);
}

static void
lw_presence_class_init (LwPresenceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lw_presence_finalize;
  g_signal_new ("changed", LW_TYPE_PRESENCE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lw_presence_init (LwPresence *self)
{
}

LwPresence *
lw_presence_new (LwProject *project)
{
  g_return_val_if_fail (LW_IS_PROJECT (project), NULL);

  LwPresence *self = g_object_new (LW_TYPE_PRESENCE, NULL);
  Watch *watch = g_new0 (Watch, 1);
  *watch = (Watch) { .context = g_main_context_ref_thread_default (), .path = g_build_filename (lw_project_get_folder (project), "windows.lock", NULL),
                     .self = { .person = g_strdup (lw_author_get_uuid ()), .name = lw_author_dup_name () }, .others = visitors_new (), .fd = -1, .place = -1 };
  g_atomic_ref_count_init (&watch->refs);
  g_atomic_ref_count_inc (&watch->refs);      /* the thread's */
  g_weak_ref_init (&watch->presence, self);
  g_mutex_init (&watch->lock);
  g_cond_init (&watch->wake);
  self->watch = watch;
  self->thread = g_thread_new ("lw-presence", watch_in_thread, watch);
  return self;
}

void
lw_presence_set_frame (LwPresence *self, gint64 frame)
{
  g_return_if_fail (LW_IS_PRESENCE (self));

  Watch *watch = self->watch;
  g_mutex_lock (&watch->lock);
  if (frame != watch->self.frame)
    {
      watch->self.frame = frame;
      watch->self.since = g_get_real_time ();
      watch->writing = TRUE;
      wake (watch);
    }
  g_mutex_unlock (&watch->lock);
}

GPtrArray *
lw_presence_list (LwPresence *self, gint64 frame)
{
  g_return_val_if_fail (LW_IS_PRESENCE (self), NULL);

  GPtrArray *list = visitors_new ();
  g_mutex_lock (&self->watch->lock);
  for (guint i = 0; i < self->watch->others->len; i++)
    if (((LwVisitor *) self->watch->others->pdata[i])->frame == frame)
      g_ptr_array_add (list, visitor_copy (self->watch->others->pdata[i]));
  g_mutex_unlock (&self->watch->lock);
  return list;
}
