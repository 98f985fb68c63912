/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.regex.Pattern;

/**
 * The classes of people's own data.
 *
 * @param names by class number; empty if there are no labels
 * @param numbers per example; -1 without labels
 */
@SuppressWarnings("ArrayRecordComponent") // taken apart at once, compared by nobody
record Labels(List<String> names, int[] numbers) {
    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,4}");
    private static final int MOST_CLASSES = 100_000;
    private static final int SHOWN = 10;

    /** No labels at all. */
    static Labels none(int examples) {
        int[] numbers = new int[examples];
        java.util.Arrays.fill(numbers, -1);
        return new Labels(List.of(), numbers);
    }

    /**
     * Numbers the classes: as in {@code given}; or, if all labels are numbers, as they say; or else in the order of their
     * names.
     *
     * @param values per example what stands in the data
     * @param given the names that the model has, by number; then a number may stand for a name. Empty if not known
     * @param where per example its place, for messages
     * @throws TaskDataException if a label is empty or not among those given, a class has one example, or there is one class
     */
    static Labels of(List<String> values, List<String> given, IntFunction<String> where) throws TaskDataException {
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i).isBlank()) {
                throw new TaskDataException(
                        "There is no label " + where.apply(i) + ".",
                        "Label every example, or leave labels out altogether.");
            }
        }
        List<String> names = given.isEmpty() ? names(values) : List.copyOf(given);
        Map<String, Integer> numberOf = new TreeMap<>();
        for (int i = 0; i < names.size(); i++) {
            numberOf.put(names.get(i), i);
        }
        int[] numbers = new int[values.size()];
        int[] first = new int[names.size()];
        int[] count = new int[names.size()];
        for (int i = 0; i < numbers.length; i++) {
            Integer number = numberOf.get(values.get(i));
            if (number == null && NUMBER.matcher(values.get(i)).matches()) {
                int parsed = Integer.parseInt(values.get(i));
                number = parsed < names.size() ? parsed : null;
            }
            if (number == null) {
                throw new TaskDataException(
                        "The label '" + shorten(values.get(i)) + "' " + where.apply(i) + " is none of the "
                                + names.size() + " classes (" + some(names) + ").",
                        "Correct it, or give labels that fit the data.");
            }
            numbers[i] = number;
            if (count[number]++ == 0) {
                first[number] = i;
            }
        }
        int used = 0;
        for (int number = 0; number < count.length; number++) {
            if (count[number] == 1) {
                throw new TaskDataException(
                        "The class '" + shorten(names.get(number)) + "' has one example only ("
                                + where.apply(first[number]) + ").",
                        "Give more examples of it, better fifty, or leave it out: one cannot be learned from and tested on.");
            }
            used += count[number] > 0 ? 1 : 0;
        }
        if (used < 2) {
            throw new TaskDataException(
                    "All examples are of one class (" + some(names) + ").",
                    "Give examples of two classes or more, or leave labels out altogether.");
        }
        return new Labels(names, numbers);
    }

    private static List<String> names(List<String> values) {
        int most = -1;
        Map<String, Boolean> distinct = new TreeMap<>();
        for (String value : values) {
            distinct.put(value, true);
            most = most > MOST_CLASSES || !NUMBER.matcher(value).matches()
                    ? Integer.MAX_VALUE
                    : Math.max(most, Integer.parseInt(value));
        }
        if (most >= MOST_CLASSES) {
            return List.copyOf(distinct.keySet());
        }
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i <= most; i++) {
            numbers.add(Integer.toString(i));
        }
        return numbers;
    }

    private static String some(List<String> names) {
        String text = String.join(
                ", ",
                names.subList(0, Math.min(SHOWN, names.size())).stream()
                        .map(Labels::shorten)
                        .toList());
        return names.size() > SHOWN ? text + ", ..." : text;
    }

    private static String shorten(String name) {
        return name.length() > 40 ? name.substring(0, 40) + "..." : name;
    }
}
