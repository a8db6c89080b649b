/* fixture.h: a real project in a temporary folder, for tests and benchmarks of widgets */
#pragma once

#include "editor/document.h"

typedef struct {
  char *root;                    /* everything is in here; removed at the end */
  LwProject *project;
  GPtrArray *frames;             /* of LwFrame */
  gint64 model;                  /* that the proposals name; 0: not made yet */
} Fixture;

/* @n pictures of noise and ramps, named frame_0 …; classes of the CamVid 11 palette. */
Fixture *fixture_new (int width, int height, int n);
void fixture_free (Fixture *fixture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)
const LwFrame *fixture_frame (Fixture *fixture, guint n);
/* Closes the project and opens it again, as after a restart. */
void fixture_reopen (Fixture *fixture);

/* Turns the main loop until @condition holds; fails the test after a minute, which only a hang or a very busy machine takes. */
#define fixture_wait(condition) \
  G_STMT_START { \
    gint64 fixture_left = 60 * G_USEC_PER_SEC; \
    while (!(condition)) \
      { \
        g_assert_cmpint (fixture_left, >, 0); \
        fixture_left -= fixture_turn_timed (); \
      } \
  } G_STMT_END
void fixture_turn (void);
gint64 fixture_turn_timed (void);      /* how long it took, a tenth of a second at most: time in which the whole process was stopped doesn't count */

/* A document that shows frame @n, loaded. */
LwDocument *fixture_open (Fixture *fixture, guint n);
void fixture_assert_planes (const LwPlanes *a, const LwPlanes *b);
LwPlanes *fixture_stored_planes (Fixture *fixture, guint n);      /* straight from the project */
/* Stores and shows a proposal: @map is copied; confidence 200 everywhere. */
void fixture_propose (Fixture *fixture, LwDocument *document, const LwLabelMap *map);
