/* test-cli-review.c: labelwright-cli assigns frames, talks about them, and keeps to the contract */
#include "config.h"
#include "cli-fixture.h"

#include <string.h>

static void
expect_message (CliFixture *f, const char *what)
{
  if (strstr (f->err, what) == NULL)
    g_error ("wanted a message with “%s”, got: %s", what, f->err);
}

static void
test_assign (CliFixture *f, gconstpointer data)
{
  cli_make_project (f, 1);
  cli_run (f, 0, "assign", f->project, "--frames", "scene01,scene02", "--to", "Ann Ö", "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "frames"), ==, 2);
  cli_run (f, 0, "frames", f->project, "--assignee", "Ann Ö", "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 2);
  g_assert_cmpstr (cli_string (f, 1, "name"), ==, "scene02");
  cli_run (f, 0, "submit", f->project, "--frames", "@Ann Ö", NULL);
  cli_run (f, 0, "frames", f->project, "--status", "submitted", "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 2);
  cli_run (f, 0, "undo", f->project, "--json", NULL);
  cli_run (f, 0, "undo", f->project, "--json", NULL);
  g_assert_cmpstr (cli_string (f, 0, "undone"), ==, "assign");
  cli_run (f, 1, "submit", f->project, "--frames", "@Ann Ö", NULL);
  expect_message (f, "@NAME");
  cli_run (f, 2, "assign", f->project, "--frames", "all", NULL);
  cli_run (f, 2, "assign", f->project, "--to", "Ann", NULL);
}

static void
test_comments (CliFixture *f, gconstpointer data)
{
  cli_make_project (f, 1);
  cli_run (f, 0, "comment", f->project, "scene03", "the left kerb", "--at", "12,40", NULL);
  cli_run (f, 0, "comments", f->project, "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 1);
  g_autofree char *uuid = g_strndup (cli_string (f, 0, "thread"), 8);
  g_assert_cmpint (cli_int (f, 0, "x"), ==, 12);
  cli_run (f, 0, "comment", f->project, "scene03", "done", "--thread", uuid, "--resolve", NULL);
  cli_run (f, 0, "comments", f->project, "--open", "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 0);
  cli_run (f, 0, "comment", f->project, "scene03", "--thread", uuid, "--reopen", NULL);
  cli_run (f, 0, "comments", f->project, "--open", "--frames", "scene03", "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 1);
  g_assert_nonnull (strstr (f->out, "\"text\":\"done\""));
  cli_run (f, 1, "comment", f->project, "scene03", "x", "--at", "4000,1", NULL);
  expect_message (f, "4000,1");
  cli_run (f, 2, "comment", f->project, "scene03", "x", NULL);
  cli_run (f, 2, "comment", f->project, "scene03", "x", "--at", "1,2,3", NULL);
  cli_run (f, 2, "comment", f->project, "all", "x", "--at", "1,2", NULL);
  cli_run (f, 1, "comment", f->project, "scene03", "x", "--thread", "zzzz", NULL);
}

static void
test_author (CliFixture *f, gconstpointer data)
{
  cli_make_project (f, 1);
  cli_run (f, 0, "author", f->project, "--json", NULL);
  g_autofree char *uuid = g_strdup (cli_string (f, 0, "uuid"));
  cli_run (f, 0, "comment", f->project, "scene03", "before", "--at", "1,1", NULL);
  cli_run (f, 0, "author", f->project, " Zoë Long-Name ", "--json", NULL);
  g_assert_cmpstr (cli_string (f, 0, "name"), ==, "Zoë Long-Name");
  g_assert_cmpstr (cli_string (f, 0, "uuid"), ==, uuid);
  cli_run (f, 0, "comments", f->project, "--json", NULL);
  g_assert_nonnull (strstr (f->out, "Zoë Long-Name"));      /* what was said before, too */
  cli_run (f, 1, "author", f->project, "  ", NULL);
  cli_run (f, 1, "author", f->project, "two\nlines", NULL);
  cli_run (f, 0, "verify", f->project, NULL);
}

static void
test_contract (CliFixture *f, gconstpointer data)
{
  cli_make_project (f, 1);
  cli_run (f, 0, "contract", f->project, "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "specks"), ==, 0);
  cli_run (f, 0, "check", f->project, NULL);                      /* nobody waits for a review: no failure */
  g_assert_nonnull (strstr (f->out, "No frame is submitted"));
  cli_run (f, 0, "check", f->project, "--json", NULL);
  g_assert_cmpstr (f->out, ==, "");
  cli_run (f, 1, "check", f->project, "--frames", "submitted", NULL);      /* asked for by name */
  expect_message (f, "submitted");
  cli_run (f, 0, "contract", f->project, "--specks", "100000", "--complete", "yes", NULL);
  cli_run (f, 2, "contract", f->project, "--locked", "maybe", NULL);
  cli_run (f, 1, "accept", f->project, "--frames", "scene02", NULL);
  expect_message (f, "scene02");
  expect_message (f, "too small");
  cli_run (f, 1, "check", f->project, "--frames", "scene02", "--json", NULL);
  g_assert_nonnull (strstr (f->out, "\"kind\":\"speck\""));
  cli_run (f, 0, "contract", f->project, "--specks", "0", NULL);
  cli_run (f, 0, "check", f->project, "--frames", "scene02", NULL);
  cli_run (f, 0, "accept", f->project, "--frames", "scene02", NULL);
  cli_run (f, 0, "contract", f->project, "--other-reviewer", "yes", NULL);
  cli_run (f, 0, "submit", f->project, "--frames", "scene01", NULL);
  cli_run (f, 0, "check", f->project, "--frames", "scene02", NULL);
  cli_run (f, 1, "check", f->project, "--json", NULL);            /* those that wait, alone */
  g_assert_cmpuint (f->lines->len, ==, 1);
  g_assert_cmpstr (cli_string (f, 0, "frame"), ==, "scene01");
  cli_run (f, 1, "accept", f->project, "--frames", "scene01", NULL);
  expect_message (f, "somebody other than");
  cli_run (f, 0, "verify", f->project, NULL);
}

/* A package for somebody, without names; classes and media that go, and come back. */
static void
test_packages (CliFixture *f, gconstpointer data)
{
  g_autofree char *out = g_build_filename (f->folder, "out", NULL);
  cli_make_project (f, 1);
  cli_run (f, 0, "package", f->project, out, "--frames", "scene01,scene02", "--for", "Studio 7", "--nameless", NULL);
  cli_run (f, 0, "frames", out, "--assignee", "Studio 7", "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 2);
  cli_run (f, 0, "log", out, NULL);
  cli_run (f, 0, "packages", f->project, "--json", NULL);
  g_assert_cmpstr (cli_string (f, 0, "for"), ==, "Studio 7");
  cli_run (f, 0, "comment", out, "scene01", "done", "--at", "1,1", NULL);
  cli_run (f, 0, "merge", f->project, out, NULL);
  cli_run (f, 0, "comments", f->project, "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 1);
}

static void
test_removal (CliFixture *f, gconstpointer data)
{
  cli_make_project (f, 1);
  cli_run (f, 0, "remove-class", f->project, "Road", "--into", "Sky", "--dry-run", "--json", NULL);
  gint64 pixels = cli_int (f, 0, "pixels");
  g_assert_cmpint (pixels, >, 0);
  cli_run (f, 0, "remove-class", f->project, "Road", "--into", "Sky", "--json", NULL);
  cli_run (f, 1, "remove-class", f->project, "Road", NULL);
  expect_message (f, "Road");
  cli_run (f, 0, "undo", f->project, NULL);
  cli_run (f, 0, "remove-class", f->project, "Road", "--dry-run", "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "pixels"), ==, pixels);
  cli_run (f, 0, "remove-media", f->project, "images", "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "frames"), ==, N_SCENES);
  cli_run (f, 0, "frames", f->project, "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 0);
  cli_run (f, 0, "restore-media", f->project, "--json", NULL);
  g_assert_cmpstr (cli_string (f, 0, "media"), ==, "images");
  cli_run (f, 0, "restore-media", f->project, "images", NULL);
  cli_run (f, 0, "frames", f->project, "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, N_SCENES);
  cli_run (f, 1, "remove-media", f->project, "nothing", NULL);
  cli_run (f, 0, "verify", f->project, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/cli/review/assign", CliFixture, NULL, cli_fixture_set_up, test_assign, cli_fixture_tear_down);
  g_test_add ("/cli/review/comments", CliFixture, NULL, cli_fixture_set_up, test_comments, cli_fixture_tear_down);
  g_test_add ("/cli/review/author", CliFixture, NULL, cli_fixture_set_up, test_author, cli_fixture_tear_down);
  g_test_add ("/cli/review/contract", CliFixture, NULL, cli_fixture_set_up, test_contract, cli_fixture_tear_down);
  g_test_add ("/cli/review/packages", CliFixture, NULL, cli_fixture_set_up, test_packages, cli_fixture_tear_down);
  g_test_add ("/cli/review/removal", CliFixture, NULL, cli_fixture_set_up, test_removal, cli_fixture_tear_down);
  return g_test_run ();
}
