/* contract.c: what must hold before a frame can be accepted, looked up in its working map and its journal */
#include "config.h"
#include "store/review/contract.h"

#include <inttypes.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include "common/json.h"
#include "label/regions.h"
#include "store/author.h"
#include "store/project/audit.h"
#include "store/project/project-private.h"
#include "store/revisions/revisions.h"

#define KEY "review.contract"
#define MAX_JSON_BYTES 4096
#define MAX_SPECK 100000000

/* ---- what was agreed on, as JSON in the project's settings ---- */

void
lw_project_get_contract (LwProject *self, LwContract *contract)
{
  g_return_if_fail (LW_IS_PROJECT (self) && contract != NULL);

  *contract = (LwContract) { 0 };
  g_autofree char *text = lw_project_get_setting (self, KEY);
  g_autoptr(LwJson) object = text != NULL ? lw_json_parse (text, strlen (text), MAX_JSON_BYTES, KEY, NULL) : NULL;
  gint64 speck = 0;
  if (!json_object_is_type (object, json_type_object))
    return;
  lw_json_get_bool (object, "complete", &contract->complete, NULL);
  lw_json_get_int (object, "speck", 0, MAX_SPECK, &speck, NULL);
  lw_json_get_bool (object, "locked", &contract->locked, NULL);
  lw_json_get_bool (object, "resolved", &contract->resolved, NULL);
  lw_json_get_bool (object, "other-reviewer", &contract->other, NULL);
  contract->speck = (guint32) speck;
}

static gboolean
write_contract (LwDb *db, gpointer json, GError **error)
{
  return lw_db_run (db, error, "INSERT INTO setting (key, value) VALUES ('" KEY "', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1", "s", json)
         && lw_audit_add (db, error, "contract", "", "%s", (const char *) json);
}

gboolean
lw_project_set_contract (LwProject *self, const LwContract *contract, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && contract != NULL, FALSE);

  g_autoptr(LwJson) object = json_object_new_object ();
  json_object_object_add (object, "complete", json_object_new_boolean (contract->complete));
  json_object_object_add (object, "speck", json_object_new_int64 (MIN (contract->speck, MAX_SPECK)));
  json_object_object_add (object, "locked", json_object_new_boolean (contract->locked));
  json_object_object_add (object, "resolved", json_object_new_boolean (contract->resolved));
  json_object_object_add (object, "other-reviewer", json_object_new_boolean (contract->other));
  return lw_project_transact (self, write_contract, (gpointer) json_object_to_json_string (object), error);
}

void
lw_contract_terms_read (LwProject *project, LwContractTerms *terms)
{
  lw_project_get_contract (project, &terms->contract);
  lw_project_get_locked (project, terms->locked);
}

gboolean
lw_contract_is_empty (const LwContract *contract)
{
  return !contract->complete && contract->speck == 0 && !contract->locked && !contract->resolved && !contract->other;
}

/* ---- what was found ---- */

void
lw_contract_report_clear (LwContractReport *report)
{
  g_clear_pointer (&report->breaches, g_array_unref);
  g_clear_pointer (&report->person, g_free);
}

gboolean
lw_contract_report_is_clean (const LwContractReport *report)
{
  for (int i = 0; i < LW_N_BREACH_KINDS; i++)
    if (report->n[i] > 0)
      return FALSE;
  return TRUE;
}

static void
add_breach (LwContractReport *report, const LwBreach *breach)
{
  if (report->n[breach->kind]++ < LW_CONTRACT_MAX_PLACES)
    g_array_append_vals (report->breaches, breach, 1);
}

G_GNUC_PRINTF (2, 3)
static void
add_clause (GString *text, const char *format, ...)
{
  va_list arguments;
  if (text->len > 0)
    g_string_append (text, _("; "));
  va_start (arguments, format);
  g_string_append_vprintf (text, format, arguments);
  va_end (arguments);
}

char *
lw_contract_report_describe (const LwContractReport *report)
{
  g_autoptr(GString) text = g_string_new (NULL);
  const guint *n = report->n;
  if (n[LW_BREACH_UNLABELLED] > 0)
    add_clause (text, ngettext ("%" PRIu64 " pixel has no label", "%" PRIu64 " pixels have no label", (gulong) report->unlabelled), report->unlabelled);
  if (n[LW_BREACH_SPECK] > 0)
    add_clause (text, ngettext ("%u region is too small", "%u regions are too small", n[LW_BREACH_SPECK]), n[LW_BREACH_SPECK]);
  if (n[LW_BREACH_LOCKED] > 0)
    add_clause (text, ngettext ("%" PRIu64 " pixel of a locked class has changed", "%" PRIu64 " pixels of locked classes have changed", (gulong) report->locked),
                report->locked);
  if (n[LW_BREACH_THREAD] > 0)
    add_clause (text, ngettext ("%u comment is not resolved", "%u comments are not resolved", n[LW_BREACH_THREAD]), n[LW_BREACH_THREAD]);
  if (n[LW_BREACH_REVIEWER] > 0)
    add_clause (text, _("somebody other than %s must review it"), report->person != NULL ? report->person : "?");
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* ---- the map ---- */

static void
add_region (LwContractReport *report, LwBreachKind kind, const LwRegion *region)
{
  add_breach (report, &(LwBreach) { kind, region->bbox, region->seed_x, region->seed_y, region->pixels, region->class_id });
}

static void
check_coverage (const LwContract *contract, const LwLabelMap *map, LwContractReport *report)
{
  g_autoptr(GArray) regions = lw_regions_find (map, NULL);
  for (guint i = 0; contract->complete && i < regions->len; i++)
    {
      const LwRegion *region = &g_array_index (regions, LwRegion, i);
      if (region->class_id != LW_LABEL_NONE)
        continue;
      report->unlabelled += region->pixels;
      add_region (report, LW_BREACH_UNLABELLED, region);
    }
  for (guint i = 0; i < regions->len; i++)
    {
      const LwRegion *region = &g_array_index (regions, LwRegion, i);
      if (region->class_id != LW_LABEL_NONE && region->pixels < contract->speck)
        add_region (report, LW_BREACH_SPECK, region);
    }
}

/* A region of changes is known by the locked class that it concerns: what left it, else what it came to. */
static void
check_changes (const gboolean locked[256], const LwLabelMap *before, const LwLabelMap *now, LwContractReport *report)
{
  g_autoptr(LwLabelMap) changes = lw_label_map_new (now->width, now->height);
  for (int y = 0; y < now->height; y++)
    for (int x = 0; x < now->width; x++)
      {
        guint8 a = lw_label_map_get (before, x, y), b = lw_label_map_get (now, x, y);
        if (a != b && (locked[a] || locked[b]))
          lw_label_map_row (changes, y)[x] = locked[a] ? a : b;
      }
  g_autoptr(GArray) regions = lw_regions_find (changes, NULL);
  for (guint i = 0; i < regions->len; i++)
    {
      const LwRegion *region = &g_array_index (regions, LwRegion, i);
      if (region->class_id == LW_LABEL_NONE)
        continue;
      report->locked += region->pixels;
      add_region (report, LW_BREACH_LOCKED, region);
    }
}

/* The revision that locked classes must still agree with; 0: there is none. */
static gboolean
find_agreed (LwDb *db, gint64 frame, gint64 *revision, GError **error)
{
  *revision = 0;
  int got = lw_db_get (db, revision, error, "SELECT accepted FROM frame WHERE id = ?", "I", frame);
  if (got == 0)
    got = lw_db_get (db, revision, error, "SELECT max (id) FROM revision WHERE frame = ? AND kind = ?", "Ii", frame, LW_REVISION_IMPORT);
  return got >= 0;
}

static gboolean
any_locked (const LwContractTerms *terms)
{
  for (int i = 0; i < LW_LABEL_NONE; i++)
    if (terms->locked[i])
      return terms->contract.locked;
  return FALSE;
}

static gboolean
check_map (LwDb *db, const LwContractTerms *terms, const LwFrameHead *head, LwContractReport *report, GError **error)
{
  gint64 agreed = 0;
  gboolean coverage = terms->contract.complete || terms->contract.speck > 1;
  if (any_locked (terms) && !find_agreed (db, head->id, &agreed, error))
    return FALSE;
  if (!coverage && agreed == 0)
    return TRUE;
  g_autoptr(LwPlanes) now = lw_working_load (db, head, error);
  if (now == NULL)
    return FALSE;
  if (coverage)
    check_coverage (&terms->contract, now->plane[LW_PLANE_CLASS], report);
  if (agreed == 0)
    return TRUE;
  g_autoptr(LwPlanes) before = lw_revision_load (db, head, agreed, error);
  if (before != NULL)
    check_changes (terms->locked, before->plane[LW_PLANE_CLASS], now->plane[LW_PLANE_CLASS], report);
  return before != NULL;
}

/* ---- people ---- */

static gboolean
check_threads (LwProject *project, const LwFrameHead *head, LwContractReport *report, GError **error)
{
  g_autoptr(GPtrArray) threads = lw_project_list_threads (project, head->id, error);
  for (guint i = 0; threads != NULL && i < threads->len; i++)
    {
      const LwThread *thread = threads->pdata[i];
      if (!thread->resolved)
        add_breach (report, &(LwBreach) { LW_BREACH_THREAD, { thread->x, thread->y, 1, 1 }, thread->x, thread->y, 1, LW_LABEL_NONE });
    }
  return threads != NULL;
}

/* ?2 and ?3: the author at this computer by UUID and by name, which an assignment may have been made by. Strokes that were taken back are no work; those from before
 * there were UUIDs have the name of an account, ?4. */
#define WORKED \
  "SELECT 1 FROM frame WHERE id = ?1 AND assignee IN (?2, ?3)" \
  " UNION ALL SELECT 1 FROM (SELECT person FROM review WHERE frame = ?1 AND verdict = 0 ORDER BY at DESC, id DESC LIMIT 1) WHERE person = ?2" \
  " UNION ALL SELECT 1 FROM stroke LEFT JOIN person ON person.id = stroke.person WHERE frame = ?1 AND iif (person.uuid IS NULL, actor = ?4, person.uuid = ?2) AND undoes IS NULL" \
  " AND seq > ifnull ((SELECT revision.seq FROM frame JOIN revision ON revision.id = frame.accepted WHERE frame.id = ?1), 0)" \
  " AND NOT EXISTS (SELECT 1 FROM stroke AS undo WHERE undo.undoes = stroke.id AND NOT EXISTS (SELECT 1 FROM stroke AS redo WHERE redo.undoes = undo.id))" \
  " LIMIT 1"

static gboolean
check_reviewer (LwDb *db, const LwFrameHead *head, LwContractReport *report, GError **error)
{
  gint64 one = 0;
  g_autofree char *name = lw_author_dup_name ();
  int got = lw_db_get (db, &one, error, WORKED, "Isss", head->id, lw_author_get_uuid (), name, g_get_user_name ());
  if (got <= 0)
    return got == 0;
  report->person = g_steal_pointer (&name);
  add_breach (report, &(LwBreach) { .kind = LW_BREACH_REVIEWER, .class_id = LW_LABEL_NONE });
  return TRUE;
}

gboolean
lw_contract_check (LwProject *project, LwDb *db, const LwContractTerms *terms, const LwFrameHead *head, LwContractReport *report, GError **error)
{
  *report = (LwContractReport) { .breaches = g_array_new (FALSE, FALSE, sizeof (LwBreach)), .seq = head->seq };
  return check_map (db, terms, head, report, error) && (!terms->contract.resolved || check_threads (project, head, report, error))
         && (!terms->contract.other || check_reviewer (db, head, report, error));
}

gboolean
lw_project_check_contract (LwProject *self, gint64 frame, LwContractReport *report, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && report != NULL, FALSE);

  LwContractTerms terms;
  LwFrameHead head;
  *report = (LwContractReport) { 0 };
  lw_contract_terms_read (self, &terms);
  g_autoptr(LwDb) db = lw_project_read (self, error);
  return db != NULL && lw_frame_head_read (db, frame, &head, error) && lw_contract_check (self, db, &terms, &head, report, error);
}
