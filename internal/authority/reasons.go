package authority

// Reasons why something was refused: stable codes for the operator, in events and
// logs, never in an answer, where all of one class look alike.
const (
	ReasonUnknown           = "unknown"                // no such credential, token or principal
	ReasonWrong             = "wrong-secret"           // the secret does not match
	ReasonLocked            = "locked"                 // too many failed tries; even the right one is refused
	ReasonInactive          = "principal-inactive"     // deactivated, here or everywhere
	ReasonDeleted           = "principal-deleted"      //
	ReasonNoPassword        = "no-such-credential"     // the principal has none of this kind
	ReasonExpired           = "expired"                //
	ReasonDisabled          = "credential-disabled"    //
	ReasonRevoked           = "credential-revoked"     //
	ReasonTooManyKeys       = "too-many-keys"          // the account has as many as it can have
	ReasonReplaced          = "credential-replaced"    // rotated before
	ReasonDialect           = "dialect-not-allowed"    // the credential is not for this dialect
	ReasonNetwork           = "network-not-allowed"    // nor for this source
	ReasonOrganisation      = "other-organisation"     //
	ReasonTenantSuspended   = "tenant-suspended"       // the tenant or one above it
	ReasonOutside           = "outside-reach"          // outside the actor's subtree
	ReasonNoPermission      = "no-permission"          //
	ReasonNotMember         = "not-a-member"           // of the account
	ReasonNoOwner           = "no-active-owner"        // the account has none
	ReasonNoPortal          = "no-portal"              // the account has none
	ReasonActing            = "acting-session"         // what somebody acting for another may not do
	ReasonHandedOver        = "handed-over"            // what somebody who was handed over may not do
	ReasonNotOwnUnit        = "unit-not-held"          //
	ReasonClosed            = "session-closed"         //
	ReasonIdle              = "session-idle"           //
	ReasonParentClosed      = "parent-closed"          // what it descends from has ended
	ReasonNotLive           = "not-redeemable"         // a token that is never redeemed, or was not for a reason unknown
	ReasonSpent             = "already-redeemed"       //
	ReasonFenced            = "before-fence"           // minted before the fence was raised or the database failed over
	ReasonOtherAudience     = "other-audience"         //
	ReasonOtherEmail        = "other-email"            //
	ReasonOtherCredential   = "other-credential"       // what another key or session minted
	ReasonNotReusable       = "not-reusable"           // a token that is redeemed, not checked
	ReasonUnknownAudience   = "unknown-audience"       //
	ReasonNotHeld           = "permission-not-held"    // asked for, and held nowhere
	ReasonRepeated          = "presented-before"       // an assertion or a proof
	ReasonNotPossessed      = "key-not-proved"         // the access token is bound to a key, and this was not it; or to none, and this was one
	ReasonBadProof          = "bad-proof"              // of possession: none, more than one, or not for this request now
	ReasonKeyReused         = "idempotency-key-reused" // the key came with another request
	ReasonTaken             = "already-taken"          // another one has this ID, name, e-mail, host or resource
	ReasonNotThere          = "wrong-place"            // there can be no such tenant there, nor such a grant
	ReasonInUse             = "in-use"                 //
	ReasonOneOwner          = "one-owner"              // an account has exactly one
	ReasonChanged           = "changed-meanwhile"      // what the change was decided by is not as it was
	ReasonTooManyFromSource = "too-many-from-source"
	ReasonNobody            = "not-authenticated"
	ReasonNotEmpty          = "store-not-empty" // only an empty store can be restored into
	ReasonOtherSchema       = "other-schema"    // contents of another schema version
	ReasonOtherTables       = "other-tables"    // contents with tables or columns that the store has not, or without some
)
