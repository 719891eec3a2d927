//! Which address a code goes to: one that Kratos has on the identity, and no other.

use super::AdminError;
use crate::domain::{EmailAddress, Secret};
use crate::kratos::Identity;

/// The wanted address, or the best one: recovery addresses first, then verified ones.
pub(super) fn choose(identity: &Identity, wanted: Option<&Secret<String>>) -> Result<EmailAddress, AdminError> {
    let recovery = identity.recovery_addresses.iter().filter(|a| a.via == "email").map(|a| &a.value);
    let verified = identity.verifiable_addresses.iter().filter(|a| a.via == "email" && a.verified).map(|a| &a.value);
    let mut known = recovery.chain(verified).filter_map(|value| EmailAddress::parse(value.expose()).ok());
    let Some(wanted) = wanted else { return known.next().ok_or(AdminError::IdentityWithoutAddress) };
    // Kratos keeps addresses in lower case.
    let wanted = EmailAddress::parse(wanted.expose()).map_err(|_shape| AdminError::AddressNotOnIdentity)?;
    let same = |address: &EmailAddress| address.as_str().to_lowercase() == wanted.as_str().to_lowercase();
    known.find(same).ok_or(AdminError::AddressNotOnIdentity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn identity() -> Identity {
        serde_json::from_value(json!({
            "id": "1",
            "recovery_addresses": [{"value": "+12025550123", "via": "sms"}, {"value": "r@example.org", "via": "email"}],
            "verifiable_addresses": [
                {"value": "u@example.org", "via": "email", "verified": false},
                {"value": "v@bücher.example", "via": "email", "verified": true},
            ],
        }))
        .unwrap()
    }

    fn chosen(identity: &Identity, wanted: Option<&str>) -> Result<String, AdminError> {
        choose(identity, wanted.map(Secret::from).as_ref()).map(|address| address.as_str().to_owned())
    }

    #[test]
    fn recovery_addresses_come_first_then_verified_ones() {
        let mut identity = identity();
        assert_eq!(chosen(&identity, None).unwrap(), "r@example.org");
        identity.recovery_addresses.clear();
        assert_eq!(chosen(&identity, None).unwrap(), "v@xn--bcher-kva.example");
        identity.verifiable_addresses.clear();
        assert_eq!(chosen(&identity, None), Err(AdminError::IdentityWithoutAddress));
    }

    #[test]
    fn an_address_counts_only_if_it_is_the_identity_s_and_its_own() {
        let identity = identity();
        assert_eq!(chosen(&identity, Some(" R@Example.ORG")).unwrap(), "r@example.org");
        assert_eq!(chosen(&identity, Some("V@BÜCHER.example")).unwrap(), "v@xn--bcher-kva.example");
        for stranger in ["u@example.org", "x@example.org", "+12025550123", "", "r@example.org\r\nx@example.org"] {
            assert_eq!(chosen(&identity, Some(stranger)), Err(AdminError::AddressNotOnIdentity), "{stranger}");
        }
    }
}
