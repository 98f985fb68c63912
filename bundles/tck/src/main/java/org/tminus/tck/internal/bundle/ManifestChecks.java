/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.bundle;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;
import org.tminus.backend.Backend;
import org.tminus.tck.Finding;

/** What the manifest of a plugin says. */
public final class ManifestChecks {
    private static final String BND =
            "Build with bnd-maven-plugin, which computes this, and write no such header by hand.";

    private final BundleFile bundle;
    private final BundleFile api;

    /** @param api the bundle of the contracts */
    public ManifestChecks(BundleFile bundle, BundleFile api) {
        this.bundle = bundle;
        this.api = api;
    }

    /** A name and a version. */
    public void namesItself() {
        if (!"2".equals(bundle.header("Bundle-ManifestVersion"))
                || bundle.symbolicName().isBlank()
                || bundle.header("Bundle-Version") == null) {
            throw Finding.of(
                    "The manifest has Bundle-ManifestVersion " + bundle.header("Bundle-ManifestVersion")
                            + ", the symbolic name '" + bundle.symbolicName() + "' and the version "
                            + bundle.header("Bundle-Version") + ".",
                    "Bundle-ManifestVersion 2, a symbolic name, and a version.",
                    BND);
        }
        if (bundle.header("Fragment-Host") != null) {
            throw Finding.of(
                    "The bundle is a fragment of " + bundle.header("Fragment-Host") + ".",
                    "A bundle of its own, which can come and go.",
                    "Leave Fragment-Host out.");
        }
    }

    /** From a version on, up to another. */
    public void importsWithRanges() {
        for (Clause clause : bundle.clauses("Import-Package")) {
            String range = clause.attributes().getOrDefault("version", "");
            // Java's own packages have no versions.
            if (!clause.names().stream().allMatch(ManifestChecks::isOfJava)
                    && (range.isEmpty() || new VersionRange(range).getRight() == null)) {
                throw Finding.of(
                        "The import of " + clause.names() + " has "
                                + (range.isEmpty() ? "no version." : "the version " + range + ", which has no end."),
                        "A range such as [1.0,2).",
                        BND + " If the package comes from a jar without versions, embed it (-includeresource or"
                                + " Private-Package) or write the range in bnd.bnd.");
            }
        }
    }

    private static boolean isOfJava(String name) {
        return ModuleLayer.boot().modules().stream()
                .filter(module -> module.getName().matches("(java|jdk)\\..*"))
                .anyMatch(module -> module.getPackages().contains(name));
    }

    /**
     * Of the platform the contracts alone, in a range that the present version is in.
     *
     * @param others packages of the platform that the author knowingly uses besides
     */
    public void importsOnlyTheContracts(Set<String> others) {
        List<Clause> exports = api.clauses("Export-Package");
        Set<String> own = new LinkedHashSet<>(others);
        bundle.clauses("Export-Package").forEach(clause -> own.addAll(clause.names()));
        for (Clause clause : bundle.clauses("Import-Package")) {
            for (String name : clause.names()) {
                if (!name.startsWith("org.tminus.") || own.contains(name)) {
                    continue;
                }
                Clause export = exports.stream()
                        .filter(candidate -> candidate.names().contains(name))
                        .findFirst()
                        .orElseThrow(() -> Finding.of(
                                "The bundle imports " + name + ", which org.tminus.api does not export.",
                                "Of org.tminus.* only packages of org.tminus.api.",
                                "Use the contracts only; what else the platform consists of may change at any time."));
                checkRange(name, clause, export);
            }
        }
    }

    private static void checkRange(String name, Clause imported, Clause exported) {
        Version present = new Version(exported.attributes().getOrDefault("version", "0"));
        VersionRange range = new VersionRange(imported.attributes().getOrDefault("version", "0"));
        if (!range.includes(present)) {
            throw Finding.of(
                    "The bundle imports " + name + " in the range " + range + ".",
                    "A range with the present version " + present + ".",
                    "Compile against the version of org.tminus.api that you test with.");
        }
    }

    /** @param allowed packages that the author exports knowingly */
    public void exportsNothing(Set<String> allowed) {
        Set<String> exported = new LinkedHashSet<>();
        bundle.clauses("Export-Package").forEach(clause -> exported.addAll(clause.names()));
        exported.removeAll(allowed);
        if (!exported.isEmpty()) {
            throw Finding.of(
                    "The bundle exports " + exported + ".",
                    "No exports: the platform finds a plugin by its service.",
                    "Take @Export or Export-Package out; or, if others are meant to use the package, override"
                            + " exportedPackages().");
        }
    }

    /** Wired by packages and capabilities alone. */
    public void isWiredByPackages() {
        if (bundle.header("Require-Bundle") != null) {
            throw Finding.of(
                    "The bundle has Require-Bundle: " + bundle.header("Require-Bundle") + ".",
                    "Imports of packages.",
                    "Bundles change their names and what they export; import the packages that you use.");
        }
        for (Clause clause : bundle.clauses("DynamicImport-Package")) {
            if (clause.names().stream().anyMatch(name -> name.equals("*") || name.startsWith("org.tminus"))) {
                throw Finding.of(
                        "The bundle has DynamicImport-Package: " + clause.names() + ".",
                        "Imports that are known when it is resolved.",
                        "Import by name, with resolution:=optional where a package may be missing.");
            }
        }
    }

    /** Its own copy of the contracts would be other classes than the platform's. */
    public void embedsNoContracts() {
        for (Clause export : api.clauses("Export-Package")) {
            for (String name : export.names()) {
                String folder = name.replace('.', '/') + "/";
                for (String entry : bundle.entries()) {
                    if (entry.startsWith(folder)
                            && entry.indexOf('/', folder.length()) < 0
                            && entry.endsWith(".class")) {
                        throw Finding.of(
                                "The bundle contains " + entry + ".",
                                "No classes of org.tminus.api.",
                                "Give the dependency on org.tminus.api the scope provided, and do not embed it.");
                    }
                }
            }
        }
    }

    /** So that features can require it and resolvers find it. */
    public void declaresItsCapabilities() {
        Kind kind = Kind.of(bundle)
                .orElseThrow(() -> Finding.of(
                        "No capability osgi.service with the objectClass of a plugin is declared; Provide-Capability is "
                                + bundle.header("Provide-Capability") + ".",
                        "One of " + Kind.services() + ".",
                        "Annotate the component with @Component, from which bnd makes the capability; or declare it"
                                + " with @Capability."));
        if (kind == Kind.BACKEND
                && bundle.clauses("Provide-Capability").stream()
                        .noneMatch(clause -> clause.names().contains(Backend.CAPABILITY)
                                && !clause.attributes()
                                        .getOrDefault("device", "")
                                        .isBlank())) {
            throw Finding.of(
                    "The backend declares no capability " + Backend.CAPABILITY
                            + " with a device; Provide-Capability is " + bundle.header("Provide-Capability") + ".",
                    Backend.CAPABILITY + ";device=NAME.",
                    "Add to bnd.bnd: Provide-Capability: " + Backend.CAPABILITY + ";device=mydevice");
        }
    }
}
