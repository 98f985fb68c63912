/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.complete;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tminus.inference.JournalEntry;
import org.tminus.model.AdaptiveModel;
import org.tminus.shell.internal.report.Fixtures;

class CandidateCompleterTest {
    private final Fixtures.Platform platform = new Fixtures.Platform();
    private final List<AdaptiveModel> models = List.of(Fixtures.model("pets"));

    private List<String> names(String... words) {
        return CandidateCompleter.names(platform.services, models, List.of(words));
    }

    @Test
    void candidatesOfTheNamedKindAreOffered() {
        assertThat(names("rollout-start", "a", "--kind", "policy")).containsExactly("budget", "confidence");
        assertThat(names("rollout-start", "a", "--kind", "backend")).containsExactly("cpu");
        assertThat(names("rollout-start", "a", "--kind", "model")).containsExactly("1.0.0");
        assertThat(names("rollout-start", "a", "--kind")).containsExactly("budget", "confidence", "cpu", "1.0.0");
    }

    @Test
    void allKindsOfEntriesAreOffered() throws Exception {
        List<String> kinds = new ArrayList<>();
        for (Field field : JournalEntry.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers())) {
                kinds.add(String.valueOf(field.get(null)));
            }
        }
        assertThat(JournalKindCompleter.kinds(null)).containsExactlyElementsOf(kinds);
    }
}
