/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrationLooksTest {
    @TempDir
    Path folder;

    @Test
    void aLookForSomethingElseCountsAndTheSameAgainDoesNot() throws IOException {
        assertThat(new CalibrationLooks(folder).record("inputs", "first")).isEqualTo(1);
        assertThat(new CalibrationLooks(folder).record("inputs", "first")).isEqualTo(1);
        assertThat(new CalibrationLooks(folder).record("inputs", "second")).isEqualTo(2);
        assertThat(new CalibrationLooks(folder).record("inputs", "first")).isEqualTo(2);
    }

    @Test
    void freshInputsAreLookedAtForTheFirstTime() throws IOException {
        CalibrationLooks looks = new CalibrationLooks(folder);
        looks.record("inputs", "first");
        assertThat(looks.record("others", "first")).isEqualTo(1);
    }
}
