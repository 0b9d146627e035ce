package authority

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// verifyPresented says whether a session or an access token of a kind counts now; the empty kind is either. What is
// neither is looked for all the same, under no ID: its time must not tell.
func (a *Authority) verifyPresented(ctx context.Context, text secret.Text, kind TokenKind) (Verdict, error) {
	session, isSession := a.keys.ParseSession(text)
	opaque, isOpaque := a.keys.ParseAccessToken(text)
	signed, isSigned, err := a.signedAccess(ctx, text)
	isSession = isSession && (kind == "" || kind == KindSession)
	isOpaque = isOpaque && (kind == "" || kind == KindAccessToken)
	isSigned = isSigned && (kind == "" || kind == KindAccessToken || kind == KindSigned)
	switch {
	case err != nil:
		return Verdict{}, err
	case isSession:
		return a.verifySession(ctx, SignedIn, SessionID(session.ID), session.Fingerprint)
	case isOpaque:
		return a.verifySession(ctx, AccessToken, SessionID(opaque.ID), opaque.Fingerprint)
	case isSigned:
		return a.verifySession(ctx, AccessToken, signed, a.keys.Fingerprint(secret.PurposeAccessToken, text))
	}
	return a.verifySession(ctx, AccessToken, SessionID{}, secret.Fingerprint{})
}

// IntrospectedToken is what a client may know of a session or access token that counts.
type IntrospectedToken struct {
	SessionFacts
	Permissions []grant.Permission // that it gives now, somewhere
	MayAct      grant.PrincipalID  // who may act for its subject, or empty
	ClientID    string             // of the client that got an access token, or empty
}

// IntrospectToken says what a token that a client presents stands for; ok is false alike for what does not count, and for
// what is not the client's to know: that of neither itself nor its audience, and not where it holds grant.VerifySession.
// It fails with TooMany for a client that has presented too many of either.
func (a *Authority) IntrospectToken(ctx context.Context, by Actor, text secret.Text) (found IntrospectedToken, ok bool, err error) {
	if by.IsZero() {
		return IntrospectedToken{}, false, a.actMany(ctx, by, audit.ReadDirectory, nil, nil)
	}
	v, err := a.verifyPresented(ctx, text, "")
	if err != nil {
		return IntrospectedToken{}, false, err
	}
	if v.Valid() && !a.mayExchange(by, &v.SessionFacts) {
		v.Reason, err = ReasonOutside, a.inVain(ctx, &v)
	}
	if err != nil {
		return IntrospectedToken{}, false, err
	}
	if !v.Valid() {
		return IntrospectedToken{}, false, a.countRefused(ctx, by)
	}
	a.noteUse(&v.Session) // whoever asks does so because it is used
	found = IntrospectedToken{
		SessionFacts: v.SessionFacts, Permissions: a.actorOf(by.origin, &v.SessionFacts).permissions(), MayAct: v.mayAct(),
	}
	if !v.Session.Client.IsZero() {
		found.ClientID = v.client(v.Session.Client).ClientID()
	}
	return found, true, nil
}

// mayAct returns who may act for the subject by an exchange: the audience's own service, where nobody acts yet.
func (f *SessionFacts) mayAct() grant.PrincipalID {
	if f.Session.Audience == 0 || f.Session.Actor != "" {
		return ""
	}
	return ServiceOf(f.Session.Audience)
}

// countRefused counts a token that a client presented for nothing; it fails with TooMany when there were too many.
func (a *Authority) countRefused(ctx context.Context, by Actor) error {
	return a.refuseGuess(ctx, TokenGuessesOfAudience, by.credential().ID.String(), nil, tooManyTokens)
}
