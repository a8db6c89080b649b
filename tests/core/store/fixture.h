/* fixture.h: projects in temporary folders, media without files, and strokes, for the tests of the store */
#pragma once

#include "store/project.h"

typedef struct {
  char *root;                /* temporary, removed at the end */
  char *folder;              /* of the project, in @root */
  LwProject *project;
} Fixture;

Fixture *fixture_new (void);                       /* a project with classes 0 to 4 and no media */
void fixture_free (Fixture *fixture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)
void fixture_reopen (Fixture *fixture);
char *fixture_temporary_folder (void);
void fixture_remove_tree (const char *folder);

LwPalette *fixture_palette (int n_classes);        /* "class0" … */

/* A video of @n_frames that nobody can open: its file holds a few bytes only. @rate: frames per second. */
LwMediaInfo *fixture_video (const char *path, guint n_frames, int width, int height, int rate);
/* Pictures called @prefix_00000 … */
LwMediaInfo *fixture_images (const char *folder, const char *prefix, guint n_frames, int width, int height);
/* Adds a video of that name; returns its id. */
gint64 fixture_add_video (Fixture *fixture, const char *name, guint n_frames, int width, int height);
gint64 fixture_frame (LwProject *project, guint index);       /* id of the index-th frame of the project */

/* Fills a rectangle in @planes and returns what changed. */
LwDiff *fixture_paint (LwPlanes *planes, LwRect rect, guint8 class_id, guint8 origin);
/* A random rectangle of a random class (or none, which erases), origin 0. */
LwDiff *fixture_paint_random (LwPlanes *planes, GRand *rand, int n_classes);
void fixture_assert_planes_equal (const LwPlanes *a, const LwPlanes *b);
LwPlanes *fixture_load (LwProject *project, gint64 frame, LwHistory **history);
/* Paints a rectangle in the project itself; again where another process was faster. try: FALSE where it was. */
gboolean fixture_try_stroke (LwProject *project, gint64 frame, LwRect rect, guint8 class_id);
void fixture_stroke (LwProject *project, gint64 frame, LwRect rect, guint8 class_id);
void fixture_undo (LwProject *project, gint64 frame);      /* the last stroke */
void fixture_assert_sound (LwProject *project);            /* as verify sees it */
/* The same of an old project, which came without the file of its clip. @when: for the message. */
void fixture_assert_old_sound (LwProject *project, const char *when);
char *fixture_back_up_if_due (LwProject *project);         /* the backup's path, NULL where none was due. (transfer full) */
/* Runs @sql on the file of a closed project; its pages keep right sums. */
void fixture_sql (const char *folder, const char *sql);
