internal import Documents

extension CrateRendering {
    /// The `@id` of a person: the ORCID iD where there is one.
    static func id(_ person: Person) -> String {
        person.orcid.map { "https://orcid.org/" + URIText.segment($0) } ?? "#person-" + URIText.segment(person.name)
    }

    /// Everybody who is named, and where they work.
    var people: [CrateEntity] {
        let approvers = manifest.approval.map { [Person(name: $0.by)] } ?? []
        return (authors + [manifest.owner] + approvers).flatMap { person in
            var entity = CrateEntity(Self.id(person), "Person")
            entity["name"] = person.shownName
            guard let affiliation = person.affiliation else { return [entity] }
            let place = organization(affiliation, ror: person.ror)
            entity.refer("affiliation", [place.id])
            return [entity, place]
        }
    }

    private func organization(_ name: String, ror: String?) -> CrateEntity {
        let id = ror.flatMap(URIText.absolute) ?? "#organization-" + URIText.segment(name)
        var entity = CrateEntity(id, "Organization")
        entity["name"] = name
        entity["url"] = ror.flatMap(URIText.absolute)
        return entity
    }

    /// The gateway, which publishes the record.
    var publisher: CrateEntity {
        var entity = CrateEntity(addresses.gateway, "Organization")
        entity["name"] = manifest.gateway.name
        entity["url"] = addresses.gateway
        entity.refer("contactPoint", [contact.id])
        return entity
    }

    /// Where people write to, or read how to.
    var contact: CrateEntity {
        let email = manifest.gateway.email
        var entity = CrateEntity(email.map { "mailto:" + URIText.segment($0) } ?? "#contact", "ContactPoint")
        entity["contactType"] = "support"
        entity["email"] = email
        entity["url"] = addresses.gateway
        return entity
    }
}
