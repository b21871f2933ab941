internal import Foundation
package import Gateway
internal import LanguageModels

extension SimulatorSite {
    package func check() async -> [SiteCheck] {
        [
            await folderCheck(),
            SiteCheck(name: "clock", state: .passed, detail: "\(place.policy.clock.text); \(place.policy.slots) slots"),
        ] + modelChecks()
    }

    private func folderCheck() async -> SiteCheck {
        let folder = place.folder
        do {
            try await Task.blocking {
                try folder.make(folder.path)
                let name = ".farfield-check-\(UUID().uuidString)"
                try folder.write([0x0A], to: name, at: 0)
                try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)")
            }
            return SiteCheck(name: "folder", state: .passed, detail: "\(folder.path) can be written")
        } catch {
            return SiteCheck(
                name: "folder",
                state: .failed,
                detail: place.failure(error).reason,
                cure: "Let the gateway's user write to \(folder.path), or name another folder for the site."
            )
        }
    }

    private func modelChecks() -> [SiteCheck] {
        guard ground.models.hasModels else {
            return [
                SiteCheck(
                    name: "models",
                    state: .warning,
                    detail: "no language model is configured: rules in code decide for the agents, and say so",
                    cure: "Configure a model under 'models' to let the agents ask it."
                )
            ]
        }
        return ground.models.health.map { model in
            let loaded = model.isLoaded.map { $0 ? ", loaded" : ", not loaded" } ?? ""
            return SiteCheck(
                name: "model \(model.endpoint)",
                state: model.state == .healthy ? .passed : .warning,
                detail: "\(model.model) is \(model.state.rawValue)\(loaded)"
                    + (model.reason.map { ": \($0)" } ?? ""),
                cure: model.state == .healthy ? nil : "Until it answers, rules in code decide for the agents."
            )
        }
    }
}
