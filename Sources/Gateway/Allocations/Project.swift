/// Somebody's place in a project.
package struct ProjectMember: Sendable, Hashable {
    /// What a member may do.
    package enum Role: String, Sendable, Hashable, CaseIterable {
        /// Is asked when the budget runs out; sees everything of the project.
        case manager
        /// Charges the project's allocations and sees what became of them.
        case member
    }

    /// The person's name.
    package let person: String
    /// Their place.
    package let role: Role

    /// A member.
    package init(person: String, role: Role) {
        self.person = person
        self.role = role
    }
}

/// People who share budgets.
package struct Project: Sendable, Hashable {
    /// Its name: `[a-z0-9][a-z0-9._-]{0,62}`, given once and for good.
    package let name: String
    /// What it is about, for people.
    package let title: String
    /// Who is asked about its budgets: an e-mail address; nil where only the managers are.
    package let contact: String?
    /// When it was made.
    package let createdAt: Timestamp
    /// Its members, by name.
    package let members: [ProjectMember]

    /// Whether somebody is a member here or by the claims of an identity provider.
    package func includes(_ person: Person) -> Bool {
        person.claimedProjects.contains(name) || members.contains { $0.person == person.name }
    }

    /// Whom to ask about its budgets, in words.
    var askWhom: String {
        let managers = members.filter { $0.role == .manager }.map(\.person)
        switch (managers.isEmpty, contact) {
        case (false, let contact?): return "Ask \(managers.joined(separator: " or ")), or write to \(contact)."
        case (false, nil): return "Ask \(managers.joined(separator: " or "))."
        case (true, let contact?): return "Write to \(contact)."
        case (true, nil): return "Ask an admin of this gateway."
        }
    }
}
