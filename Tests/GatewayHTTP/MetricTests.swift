import Testing

@testable import GatewayHTTP

@Suite("Figures of the process and the catalog of metrics")
struct MetricTests {
    @Test("what Linux tells is read, whatever the program's name holds")
    func process() {
        let fields = "S 1 1 1 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 9 0 300 999 77"
        let figures = ProcessFigures(
            status: "4242 (far) field (x) \(fields)",
            memory: "5000 200 100 1 0 60 0\n",
            system: "cpu 1 2 3\nbtime 1700000000\nprocesses 1\n",
            limits: "Limit                     Soft Limit           Hard Limit           Units\n"
                + "Max open files            1024                 524288               files\n",
            pageSize: 4096,
            ticks: 100
        )
        #expect(figures.residentBytes == 819_200)
        #expect(figures.processorSeconds == 3)
        #expect(figures.startedAt == 1_700_000_003)
        #expect(figures.descriptorLimit == 1024)
        #expect(ProcessFigures(status: "", memory: "", system: "", limits: "", pageSize: 1, ticks: 1).startedAt == nil)
    }

    @Test("every metric has a help and a kind that fits its name; every histogram ascending buckets")
    func catalog() {
        for entry in MetricCatalog.entries {
            #expect(!entry.help.isEmpty && MetricsPage.name(entry.name) == entry.name)
            #expect((entry.kind == "counter") == entry.name.hasSuffix("_total"), "\(entry.name)")
            #expect((entry.kind == "histogram") == !entry.bounds.isEmpty, "\(entry.name)")
            #expect(entry.bounds == Array(Set(entry.bounds)).sorted(), "\(entry.name)")
        }
        #expect(Set(MetricCatalog.entries.map(\.name)).count == MetricCatalog.entries.count)
    }
}
