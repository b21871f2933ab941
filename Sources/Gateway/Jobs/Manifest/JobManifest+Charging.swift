extension JobManifest {
    /// The same manifest with the project and the Slurm account that pay written out.
    func charging(_ account: String, for project: String) -> JobManifest {
        JobManifest(
            name: name,
            site: site,
            project: project,
            template: template,
            program: program,
            environment: environment,
            resources: resources.charging(account),
            modules: modules,
            container: container,
            array: array,
            dependencies: dependencies,
            parameters: parameters,
            inputs: inputs,
            outputs: outputs,
            retries: retries,
            priority: priority,
            labels: labels,
            cache: cache,
            isDeterministic: isDeterministic,
            retention: retention,
            folderRetention: folderRetention,
            dryRun: dryRun
        )
    }
}

extension Resources {
    fileprivate func charging(_ account: String) -> Resources {
        Resources(
            nodes: nodes,
            tasks: tasks,
            tasksPerNode: tasksPerNode,
            cpus: cpus,
            memory: memory,
            memoryPerCPU: memoryPerCPU,
            gpus: gpus,
            walltime: walltime,
            partition: partition,
            qos: qos,
            account: account,
            constraint: constraint,
            exclusive: exclusive,
            reservation: reservation
        )
    }
}
