/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.lightgbm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.ml.lightgbm.SWIGTYPE_p_int;
import com.microsoft.ml.lightgbm.lightgbmlib;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LightGbmLibraryTest {
    @TempDir
    Path folder;

    @Test
    void loadsIntoTheGivenFolderAndAnswers() {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "LightGBM has natives for x86_64 only");
        LightGbmLibrary.extractTo(folder.resolve("natives"));
        LightGbmLibrary.load();
        LightGbmLibrary.load();
        assertThat(folder.resolve("natives")).isNotEmptyDirectory();
        SWIGTYPE_p_int value = lightgbmlib.new_intp();
        lightgbmlib.intp_assign(value, 42);
        assertThat(lightgbmlib.intp_value(value)).isEqualTo(42);
        lightgbmlib.delete_intp(value);
    }
}
