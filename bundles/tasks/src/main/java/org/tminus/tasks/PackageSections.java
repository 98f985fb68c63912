/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;

/**
 * Tells the section of a Debian package from its one-line description.
 *
 * <p>Every description is there once. Left out are sections that say what kind of package it is rather than what it is for
 * (such as doc or libdevel), those of other areas of the archive (contrib/net), and sections with fewer descriptions than
 * asked for. Packages of one source, and those whose descriptions differ in numbers, capitals or punctuation only, are in
 * the same split.
 *
 * <p>55 % is for the trunk, 15 % for decisions, 18 % for calibration, 12 % for the test. With the 48,000 or so descriptions
 * of a current release calibration has 8,700 or so, in n = 5,900 groups, of each of which one counts. What that can certify at
 * δ = 0.05, in points: where q of the inputs change from right to wrong or back, a loss that is truly 0 can be certified below
 * about 165 · √(q / n), so ε = 0.37 for q = 3 % and 0.53 for q = 6 %, plus a little for exactness in finite samples; a true loss
 * comes on top. A promise about disagreement with full depth at a rate r is possible for ε from r + 1.65 · √(r (1 − r) / n): 3.4
 * points for 3 %.
 */
public final class PackageSections {
    /** The name of the task. */
    public static final String NAME = "package-sections";
    /** How many descriptions a section needs unless told otherwise. */
    public static final int MINIMUM_PER_SECTION = 150;

    /** Sections that say the kind of a package, not its subject. */
    private static final Set<String> KINDS = Set.of(
            "libdevel",
            "doc",
            "debug",
            "oldlibs",
            "metapackages",
            "introspection",
            "tasks",
            "localization",
            "non-free");

    private static final Shares SHARES = new Shares(55, 15, 18, 12);
    private static final String LICENCE =
            "descriptions of Debian packages, under the terms of each package's own debian/copyright";

    private PackageSections() {}

    /**
     * Makes the task with {@link #MINIMUM_PER_SECTION}.
     *
     * @param tokenizerJson the encoder's, see {@link Encoder#tokenizer()}
     * @param seed of the split
     * @throws TaskDataException if fewer than two sections have enough descriptions, or the tokenizer cannot be read
     */
    public static TaskData of(DebianPackages packages, byte[] tokenizerJson, long seed) throws TaskDataException {
        return of(packages, tokenizerJson, TextInput.BERT, seed, MINIMUM_PER_SECTION);
    }

    /** @param minimumPerSection sections with fewer descriptions are left out */
    public static TaskData of(
            DebianPackages packages, byte[] tokenizerJson, TextInput input, long seed, int minimumPerSection)
            throws TaskDataException {
        Table table = table(packages, minimumPerSection);
        TaskData.Description description =
                new TaskData.Description(NAME, table.sections(), table.sha256(), LICENCE, seed, table.facts());
        return TextTask.of(description, Splitting.of(table.rows(), SHARES, seed), tokenizerJson, input);
    }

    /** The same descriptions in the same splits, with no labels. */
    static TaskData unlabelled(
            String name,
            DebianPackages packages,
            byte[] tokenizerJson,
            TextInput input,
            long seed,
            int minimumPerSection)
            throws TaskDataException {
        Table table = table(packages, minimumPerSection);
        List<TextRow> rows = table.rows().stream()
                .map(row -> new TextRow(row.id(), -1, row.group(), row.text()))
                .toList();
        TaskData.Description description =
                new TaskData.Description(name, List.of(), table.sha256(), LICENCE, seed, table.facts());
        Map<Split, List<TextRow>> splits = Splitting.of(rows, SHARES, seed);
        return TextTask.of(description, splits, tokenizerJson, input);
    }

    /** The normalised table: what it says is the same in whatever order the packages came. */
    private record Table(List<TextRow> rows, List<String> sections, String sha256, Map<String, String> facts) {}

    private static Table table(DebianPackages packages, int minimumPerSection) throws TaskDataException {
        List<DebianPackages.Entry> chosen = distinct(packages.entries());
        Map<String, Integer> counts = new TreeMap<>();
        chosen.forEach(entry -> counts.merge(entry.section(), 1, Integer::sum));
        counts.values().removeIf(count -> count < minimumPerSection);
        List<String> sections = List.copyOf(counts.keySet());
        if (sections.size() < 2) {
            throw new TaskDataException(
                    "Of " + packages.size() + " packages only " + sections.size() + " section has " + minimumPerSection
                            + " or more different descriptions " + sections + "; a classifier needs two.",
                    "Give a full index: run `apt-get update`, or give a Packages file of a release with --data FILE.");
        }
        chosen.removeIf(entry -> !counts.containsKey(entry.section()));
        String[] groups = Groups.names(chosen.stream()
                .map(entry -> List.of("source " + entry.source(), "text " + Texts.masked(entry.description())))
                .toList());
        MessageDigest digest = SplitHash.sha256();
        List<TextRow> rows = new ArrayList<>(chosen.size());
        Map<String, Integer> groupSizes = new HashMap<>();
        for (int i = 0; i < groups.length; i++) {
            DebianPackages.Entry entry = chosen.get(i);
            digest.update(String.join("\t", entry.name(), entry.source(), entry.section(), entry.description())
                    .concat("\n")
                    .getBytes(StandardCharsets.UTF_8));
            groupSizes.merge(groups[i], 1, Integer::sum);
            rows.add(new TextRow(
                    // A package may be there in two versions that are described differently.
                    entry.name() + "/" + SplitHash.hex(entry.description()).substring(0, 8),
                    sections.indexOf(entry.section()),
                    groups[i],
                    entry.description()));
        }
        Map<String, String> facts = new HashMap<>(packages.facts());
        facts.put("packages", Integer.toString(packages.size()));
        facts.put("descriptions", Integer.toString(rows.size()));
        facts.put("groups", Integer.toString(groupSizes.size()));
        facts.put(
                "largest group",
                Integer.toString(groupSizes.values().stream()
                        .mapToInt(Integer::intValue)
                        .max()
                        .orElse(0)));
        return new Table(rows, sections, HexFormat.of().formatHex(digest.digest()), facts);
    }

    /** One package for each description, sorted; where sections differ, one of the section that most of them are in. */
    private static List<DebianPackages.Entry> distinct(List<DebianPackages.Entry> entries) {
        Map<String, List<DebianPackages.Entry>> byDescription = new TreeMap<>();
        for (DebianPackages.Entry entry : entries) {
            if (!entry.section().contains("/") && !KINDS.contains(entry.section())) {
                byDescription
                        .computeIfAbsent(entry.description(), d -> new ArrayList<>())
                        .add(entry);
            }
        }
        List<DebianPackages.Entry> distinct = new ArrayList<>(byDescription.size());
        for (List<DebianPackages.Entry> same : byDescription.values()) {
            Map<String, Integer> votes = new HashMap<>();
            same.forEach(entry -> votes.merge(entry.section(), 1, Integer::sum));
            distinct.add(same.stream()
                    .min(Comparator.comparingInt(
                                    (DebianPackages.Entry entry) -> -Objects.requireNonNull(votes.get(entry.section())))
                            .thenComparing(DebianPackages.Entry::section)
                            .thenComparing(DebianPackages.Entry::name)
                            .thenComparing(DebianPackages.Entry::source))
                    .orElseThrow());
        }
        return distinct;
    }
}
