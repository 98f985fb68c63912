/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.complete;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tminus.model.AdaptiveModel;
import org.tminus.shell.internal.report.Fixtures;

class OperatingPointCompleterTest {
    @Test
    void pointsOfTheNamedModelAreOffered() {
        List<AdaptiveModel> models = List.of(Fixtures.model("pets"), Fixtures.model("plants"));

        assertThat(OperatingPointCompleter.names(models, List.of("policy-use", "budget", "--model", "pets")))
                .containsExactly("balanced", "sure");
        assertThat(OperatingPointCompleter.names(models, List.of("policy-use", "budget")))
                .containsExactly("balanced", "sure", "thrifty");
        assertThat(OperatingPointCompleter.names(List.of(), List.of())).isEmpty();
    }
}
