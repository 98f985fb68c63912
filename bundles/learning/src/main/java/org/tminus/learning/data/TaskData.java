/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The data of one task, split once by hash and seed, near-copies kept together. Safe for several threads if the loader is.
 */
public final class TaskData {
    private final Description description;
    private final Function<Split, Examples> loader;
    private final List<Opening> openings = Collections.synchronizedList(new ArrayList<>());

    /**
     * What identifies the data.
     *
     * @param name of the task
     * @param labels names of the classes; empty for tasks without labels
     * @param sha256 of the normalised content, lower-case hex
     * @param licence SPDX name or a sentence
     * @param seed of the split, and of the content where it is generated
     * @param facts such as release and date of a package index, for reports
     */
    public record Description(
            String name, List<String> labels, String sha256, String licence, long seed, Map<String, String> facts) {
        /** Copies the collections. */
        public Description {
            labels = List.copyOf(labels);
            facts = Map.copyOf(facts);
        }
    }

    /** One use of {@link Access#open}, kept so that a test can say who read what. */
    public record Opening(Split split, Purpose purpose) {}

    /** @param loader gives the examples of a split; asked once per opening */
    public TaskData(Description description, Function<Split, Examples> loader) {
        this.description = description;
        this.loader = loader;
    }

    public Description description() {
        return description;
    }

    /** The same data with more facts about it. */
    public TaskData withFacts(Map<String, String> more) {
        Map<String, String> facts = new HashMap<>(description.facts());
        facts.putAll(more);
        Description told = new Description(
                description.name(),
                description.labels(),
                description.sha256(),
                description.licence(),
                description.seed(),
                facts);
        return new TaskData(told, loader);
    }

    /** Gives access for one purpose; hand out no wider one than the receiver needs. */
    public Access accessFor(Purpose purpose) {
        return new Access(purpose);
    }

    /** Every opening of a split so far, in order. */
    public List<Opening> openings() {
        synchronized (openings) {
            return List.copyOf(openings);
        }
    }

    /**
     * The only way to the examples of a split, made for one purpose: training code is handed one for
     * {@link Purpose#TRAINING} and nothing else, so that a mistake there cannot reach the data that the result is judged by.
     */
    public final class Access {
        private final Purpose purpose;

        private Access(Purpose purpose) {
            this.purpose = purpose;
        }

        public Purpose purpose() {
            return purpose;
        }

        public Description description() {
            return description;
        }

        /** @throws SplitAccessException if the purpose does not allow the split */
        public Examples open(Split split) {
            purpose.check(split);
            openings.add(new Opening(split, purpose));
            return loader.apply(split);
        }
    }
}
