/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.policy.Policy;

/** For each test of the contract a bundle that is good but for one thing. */
class BrokenBundlesTest {
    private static final String PROVIDE = "Provide-Capability";
    private static final String IMPORT = "Import-Package";
    private static final String IMPORTS = "org.osgi.framework;version=\"[1.8,2)\",org.tminus.model;version=\"[1.0,2)\","
            + "org.tminus.policy;version=\"[1.0,2)\",org.tminus.failure;version=\"[1.0,2)\"";

    private static Path broken = Path.of("");

    @TempDir
    Path folder;

    static class Contract extends BundleContract {
        @Override
        protected Path bundle() {
            return broken;
        }
    }

    /** A bundle in the making. */
    private static final class Draft {
        final Map<String, String> headers = new LinkedHashMap<>();
        final List<Class<?>> classes = new ArrayList<>(List.of(ProbeActivator.class, ProbePolicy.class));

        Draft() {
            headers.put("Bundle-ManifestVersion", "2");
            headers.put("Bundle-SymbolicName", "com.example.probe;singleton:=true");
            headers.put("Bundle-Version", "1.0.0");
            headers.put("Bundle-Activator", ProbeActivator.class.getName());
            headers.put(IMPORT, IMPORTS);
            headers.put(PROVIDE, "osgi.service;objectClass:List<String>=\"" + Policy.class.getName() + "\"");
        }

        Path write(Path jar) throws IOException {
            Manifest manifest = new Manifest();
            manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
            headers.forEach((name, value) -> manifest.getMainAttributes().putValue(name, value));
            try (OutputStream out = Files.newOutputStream(jar);
                    JarOutputStream target = new JarOutputStream(out, manifest)) {
                for (Class<?> type : classes) {
                    String entry = type.getName().replace('.', '/') + ".class";
                    target.putNextEntry(new ZipEntry(entry));
                    try (var in = Objects.requireNonNull(type.getClassLoader().getResourceAsStream(entry))) {
                        in.transferTo(target);
                    }
                }
            }
            return jar;
        }
    }

    private record Case(String test, String words, Consumer<Draft> change) {}

    @AfterEach
    void forgetLeaks() {
        System.getProperties().remove(ProbeActivator.LEAK);
    }

    @Test
    void aGoodOnePasses() throws Exception {
        broken = new Draft().write(folder.resolve("good.jar"));
        for (String test : List.of(
                "namesItself",
                "importsWithRanges",
                "importsOnlyTheContracts",
                "exportsNothing",
                "isWiredByPackages",
                "embedsNoContracts",
                "declaresItsCapabilities",
                "comesAndGoes")) {
            Verdict.expectNothing(Contract.class, test);
        }
    }

    @TestFactory
    Stream<DynamicTest> isFound() {
        return cases().stream()
                .map(broke -> DynamicTest.dynamicTest(broke.test() + ": " + broke.words(), () -> {
                    Draft draft = new Draft();
                    broke.change().accept(draft);
                    broken = draft.write(Files.createTempFile(folder, "broken", ".jar"));
                    Verdict.expectFinding(Contract.class, broke.test(), broke.words());
                }));
    }

    private static List<Case> cases() {
        return List.of(
                new Case("namesItself", "the version null", draft -> draft.headers.remove("Bundle-Version")),
                new Case("namesItself", "a fragment", draft -> draft.headers.put("Fragment-Host", "org.tminus.api")),
                new Case("importsWithRanges", "has no version", header(IMPORT, IMPORTS + ",com.example.other")),
                new Case("importsWithRanges", "no end", header(IMPORT, IMPORTS + ",com.example.other;version=1.0")),
                new Case(
                        "importsOnlyTheContracts",
                        "org.tminus.api does not export",
                        header(IMPORT, IMPORTS + ",org.tminus.coordinator.internal;version=\"[1.0,2)\"")),
                new Case(
                        "importsOnlyTheContracts",
                        "A range with the present version",
                        header(IMPORT, "org.tminus.policy;version=\"[7.0,8)\"")),
                new Case("exportsNothing", "exports [org.tminus.tck]", header("Export-Package", "org.tminus.tck")),
                new Case("isWiredByPackages", "Require-Bundle", header("Require-Bundle", "org.tminus.api")),
                new Case("isWiredByPackages", "DynamicImport-Package", header("DynamicImport-Package", "*")),
                new Case(
                        "embedsNoContracts",
                        "org/tminus/policy/Policy.class",
                        draft -> draft.classes.add(Policy.class)),
                new Case(
                        "declaresItsCapabilities",
                        "No capability osgi.service",
                        draft -> draft.headers.remove(PROVIDE)),
                new Case(
                        "declaresItsCapabilities",
                        "no capability org.tminus.backend",
                        header(PROVIDE, "osgi.service;objectClass:List<String>=\"org.tminus.backend.Backend\"")),
                new Case(
                        "comesAndGoes",
                        "cannot be started",
                        header(IMPORT, IMPORTS + ",com.example;version=\"[1,2)\"")),
                fault("absent", "has no service"),
                fault("nameless", "has the property tminus.name = null"),
                fault("foreign", "has no service"),
                fault("thread", "[probe-worker"),
                fault("leak", "class loader cannot be collected"));
    }

    private static Consumer<Draft> header(String name, String value) {
        return draft -> draft.headers.put(name, value);
    }

    private static Case fault(String fault, String words) {
        return new Case("comesAndGoes", words, header(ProbeActivator.FAULT, fault));
    }
}
