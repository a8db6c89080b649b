/* cli-fixture.h: a folder of small scenes with their truth, and the program run on it as a user would */
#pragma once

#include <gio/gio.h>
#include "common/json.h"

#define SCENE_WIDTH 96
#define SCENE_HEIGHT 64
#define N_SCENES 16

typedef struct {
  char *folder;               /* temporary; images/ and labels/ in it, and the project */
  char *project, *images, *labels, *recipe;
  GPtrArray *lines;           /* of LwJson *: what the last command printed, where it was JSON */
  char *out, *err;            /* of the last command */
} CliFixture;

void cli_fixture_set_up (CliFixture *f, gconstpointer data);
void cli_fixture_tear_down (CliFixture *f, gconstpointer data);
/* Runs labelwright-cli with these arguments, up to NULL, and insists on its exit code. */
void cli_run (CliFixture *f, int code, ...) G_GNUC_NULL_TERMINATED;
GSubprocess *cli_start (CliFixture *f, ...) G_GNUC_NULL_TERMINATED;
/* Of the last command's @line-th JSON object. */
const char *cli_string (CliFixture *f, guint line, const char *key);
gint64 cli_int (CliFixture *f, guint line, const char *key);
double cli_double (CliFixture *f, guint line, const char *key);
/* What the truth of a scene is: a class of camvid11 a pixel. */
void cli_draw_scene (guint seed, guint8 *rgb, guint8 *labels);
/* A project with all scenes, their truth imported, the first @accepted of them accepted. */
void cli_make_project (CliFixture *f, guint accepted);
