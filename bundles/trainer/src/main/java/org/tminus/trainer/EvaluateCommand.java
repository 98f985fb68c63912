/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.ModelFormatException;
import org.tminus.models.format.ModelPackage;
import org.tminus.trainer.data.DataSplits;
import org.tminus.trainer.data.FashionMnist;
import org.tminus.trainer.data.Purpose;
import org.tminus.trainer.data.Split;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tminus evaluate}. */
@Command(
        name = "evaluate",
        description =
                "Measures a model on the test images: accuracy of every exit, accuracy and FLOPs of every operating"
                        + " point.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class EvaluateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", description = "the .tminus file")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path model;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "folder with the four idx files; the Debian package dataset-fashion-mnist has them")
    private Path data = FashionMnist.DEBIAN_FOLDER;

    @Option(names = "--json", paramLabel = "FILE", description = "also write the figures here")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        FashionMnist images = FashionMnist.load(data);
        Path folder = Files.createTempDirectory("tminus-evaluate");
        try {
            Path unpacked = folder.resolve("model");
            try (ModelPackage file = ModelPackage.open(model)) {
                file.extract(unpacked);
            } catch (ModelFormatException e) {
                throw new IOException(e.getMessage(), e);
            }
            Evaluator evaluator = new Evaluator(unpacked);
            DataSplits splits = DataSplits.of(images.train(), images.test(), evaluator.seed());
            Figures figures =
                    evaluator.evaluate(splits.accessFor(Purpose.REPORTING).open(Split.TEST));
            System.out.print(FashionVitTraining.table(figures));
            if (json != null) {
                new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), figures);
            }
            return ExitCode.OK;
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
