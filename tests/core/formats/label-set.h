/* label-set.h: projects with real pictures, and label sets to compare, for the tests of the formats */
#pragma once

#include "formats/camvid.h"
#include "../store/fixture.h"

typedef struct {
  char *root;                /* temporary, removed at the end */
  char *pictures;            /* a folder of PNG files in it */
  LwPalette *palette;
} Scene;

/* @names: of the pictures, NULL-terminated; each has @width x @height pixels. @palette: a name for lw_palette_load(). */
Scene *scene_new (const char *const *names, int width, int height, const char *palette);
void scene_free (Scene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)
char *scene_path (const Scene *scene, const char *name);                                /* of something in its root */

/* A project of the scene's classes in the folder @name of the root. @pictures: also of its pictures. */
LwProject *scene_project (const Scene *scene, const char *name, gboolean pictures);
void close_project (LwProject *project);
/* Gives each frame a random map of the project's classes, and unlabelled pixels if @unlabelled. */
void paint_all (LwProject *project, gboolean unlabelled);
LwLabelMap *load_map (LwProject *project, const LwFrame *frame);                         /* the class plane */
LwFrame *find_frame (LwProject *project, const char *name);

LwExportReport *export_all (LwProject *project, const LwCamvidExport *what, const char *folder, GError **error);      /* @what->frames is filled in */
LwImportReport *import_from (LwProject *project, const LwCamvidImport *how, const char *path, GError **error);
